package dev.pgvigil.target;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a user says of one check.
 *
 * @param every its cadence; null: the check's own
 */
public record CheckSetting(boolean enabled, @Nullable Duration every) {}
