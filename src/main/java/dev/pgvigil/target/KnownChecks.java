package dev.pgvigil.target;

import java.util.List;
import java.util.Set;

/** What a configuration may name: the catalogue of checks tells it, so that targets need not know the checks. */
public interface KnownChecks {

    /** Names of all checks. */
    Set<String> names();

    /** Names of the checks that honour {@code exempt}. */
    Set<String> exempting();

    /** The thresholds of all checks. */
    List<Threshold> thresholds();
}
