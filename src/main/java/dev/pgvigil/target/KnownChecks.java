package dev.pgvigil.target;

import java.util.List;
import java.util.Set;

/** The names of checks and thresholds, provided by the catalogue of checks, so that targets do not depend on checks. */
public interface KnownChecks {

    /** Names of all checks. */
    Set<String> names();

    /** Names of the checks that support {@code exempt}. */
    Set<String> exempting();

    /** The thresholds of all checks. */
    List<Threshold> thresholds();

    /** Names of the checks that run only if {@code metrics.compatibility} has them. */
    default Set<String> compatibilities() {
        return Set.of();
    }

    /** Names of the checks that run only where {@code enabled} says so. */
    default Set<String> offByDefault() {
        return Set.of();
    }

    /** The options of all checks. */
    default List<CheckOption<?>> options() {
        return List.of();
    }
}
