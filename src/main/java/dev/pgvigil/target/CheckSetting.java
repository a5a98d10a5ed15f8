package dev.pgvigil.target;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of one check.
 *
 * @param every its interval; null: the default of the check
 * @param exempt sessions that it excludes from its evaluation
 * @param options the values of its options, by name; an option that is not configured is absent
 */
public record CheckSetting(
        boolean enabled, @Nullable Duration every, List<Exemption> exempt, Map<String, Object> options) {

    public CheckSetting {
        exempt = List.copyOf(exempt);
        options = Map.copyOf(options);
    }

    public CheckSetting(boolean enabled, @Nullable Duration every, List<Exemption> exempt) {
        this(enabled, every, exempt, Map.of());
    }

    public CheckSetting(boolean enabled, @Nullable Duration every) {
        this(enabled, every, List.of());
    }
}
