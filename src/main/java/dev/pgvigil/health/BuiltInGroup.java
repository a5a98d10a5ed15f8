package dev.pgvigil.health;

import org.jspecify.annotations.Nullable;

/**
 * A group that is not one of targets and that no configuration names: a feature with a health of its own, from memory. An implementation is
 * one file, a {@code @Singleton}, found by its type.
 */
interface BuiltInGroup {

    /** Its name; no configured group can have it. */
    String group();

    /** The result under that name; null: the feature is not configured. */
    @Nullable
    HealthCheckResult evaluate(String check);
}
