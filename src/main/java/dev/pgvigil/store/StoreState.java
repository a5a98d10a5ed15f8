package dev.pgvigil.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the store. From memory.
 *
 * @param problem why rows are not written; null: they are
 * @param queues rows that wait, by kind
 * @param failures attempts to use it that failed
 * @param maintained when partitions, downsampling and retention were last done
 */
public record StoreState(
        Mode mode,
        @Nullable String problem,
        List<RowQueue.State> queues,
        long failures,
        @Nullable Instant lastWrite,
        @Nullable Instant maintained) {

    public static final StoreState OFF = new StoreState(Mode.OFF, null, List.of(), 0, null, null);

    public StoreState {
        queues = List.copyOf(queues);
    }

    /** Rows that wait, of all kinds. */
    public int buffered() {
        return queues.stream().mapToInt(RowQueue.State::buffered).sum();
    }

    /** How pgvigil uses the store. */
    public enum Mode {
        /** None is configured: the last hour is in memory. */
        OFF,
        /** It was not reached yet. */
        STARTING,
        WRITING,
        /** It was reached before, and is not now. */
        AWAY,
        /** Its schema is not the one of this pgvigil, or rights are missing: nothing is written. */
        REFUSED
    }
}
