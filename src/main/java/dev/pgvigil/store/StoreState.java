package dev.pgvigil.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the store. From memory.
 *
 * @param problem why rows are not written; null: they are
 * @param rejected rows that the store can never take: older than the raw retention, or refused as data
 * @param maintained when partitions, downsampling and retention were last done
 */
public record StoreState(
        Mode mode,
        @Nullable String problem,
        int buffered,
        int limit,
        int auditBuffered,
        int auditLimit,
        long written,
        long auditWritten,
        long overflowed,
        long auditOverflowed,
        long rejected,
        long failures,
        @Nullable Instant lastWrite,
        @Nullable Instant maintained) {

    /** How pgvigil uses the store. */
    public enum Mode {
        /** None is configured: the last hour is in memory. */
        OFF,
        /** It was not reached yet. */
        STARTING,
        WRITING,
        /** It was reached before, and is not now. */
        AWAY,
        /** Its schema is not the one of this pgvigil: nothing is written. */
        REFUSED
    }
}
