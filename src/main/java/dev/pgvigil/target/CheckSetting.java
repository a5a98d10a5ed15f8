package dev.pgvigil.target;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of one check.
 *
 * @param every its interval; null: the default of the check
 * @param exempt sessions that it excludes from its evaluation
 */
public record CheckSetting(boolean enabled, @Nullable Duration every, List<Exemption> exempt) {

    public CheckSetting {
        exempt = List.copyOf(exempt);
    }

    public CheckSetting(boolean enabled, @Nullable Duration every) {
        this(enabled, every, List.of());
    }
}
