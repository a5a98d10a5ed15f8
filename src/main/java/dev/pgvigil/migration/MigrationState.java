package dev.pgvigil.migration;

import java.util.Comparator;
import java.util.stream.Stream;

/** The state of a history of migrations, in the order of urgency. */
public enum MigrationState {
    /** The tool keeps no history, or has applied nothing. */
    NONE,
    /** The last migration succeeded, as far as the tool records it. */
    OK,
    /** The history cannot be read, and no lock shows that the tool runs. */
    UNKNOWN,
    /** The tool runs: it holds its lock. */
    RUNNING,
    /** A migration began, its end is not recorded, and the tool does not run. */
    DIRTY,
    /** The tool's lock is set although it does not run: every next run waits or fails. */
    STUCK,
    /** A migration failed. */
    FAILED;

    /** The most urgent; {@link #NONE} if there are none. */
    static MigrationState worst(Stream<MigrationState> states) {
        return states.max(Comparator.naturalOrder()).orElse(NONE);
    }
}
