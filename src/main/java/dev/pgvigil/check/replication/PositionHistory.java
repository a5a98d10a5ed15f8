package dev.pgvigil.check.replication;

import dev.pgvigil.postgres.CheckMemory;
import dev.pgvigil.postgres.MemoryBudget;
import org.jspecify.annotations.Nullable;

/**
 * When the WAL of a server reached which position. The delay of a reader follows from the position that the reader has reached:
 * unlike the age of the last replayed commit, it does not grow while nothing, or one long transaction, is written. Times are
 * seconds of the server's own clock. Used from one event loop.
 */
final class PositionHistory implements CheckMemory.Releasable {

    private static final int MOST = 256;

    private static final long BYTES = 2L * MOST * Long.BYTES;

    private final MemoryBudget budget;
    private final int capacity;
    private final double[] times;
    private final long[] positions;
    private int size;
    private @Nullable Double caughtUpAt;

    PositionHistory(MemoryBudget budget) {
        this.budget = budget;
        capacity = budget.take(BYTES) ? MOST : 0;
        times = new double[capacity];
        positions = new long[capacity];
    }

    /** Records the position at that time. A position behind the last one is that of another history, and begins anew. */
    void record(double seconds, long position) {
        if (size > 0 && position < positions[size - 1]) {
            size = 0;
        }
        if (capacity == 0 || (size > 0 && position == positions[size - 1])) {
            return;
        }
        if (size == capacity) {
            thin();
        }
        times[size] = seconds;
        positions[size++] = position;
    }

    /** Records that a standby had everything that its sender had at that time. */
    void caughtUp(double seconds) {
        caughtUpAt = seconds;
    }

    /** Seconds since a standby had everything that its sender had; null if it was never seen. */
    @Nullable
    Double sinceCaughtUp(double seconds) {
        return caughtUpAt == null ? null : Math.max(0, seconds - caughtUpAt);
    }

    /** For how long, at least, a reader at this position has been behind; 0 if it is not, or only since the last record. */
    double behind(double seconds, long position) {
        for (int i = 0; i < size; i++) {
            if (positions[i] > position) {
                return Math.max(0, seconds - times[i]);
            }
        }
        return 0;
    }

    /** Whether the history goes back to a time at which the server was at this position or before. */
    boolean covers(long position) {
        return size > 0 && positions[0] <= position;
    }

    /** Drops the entry that is missed least: the longer ago, the wider the gaps. */
    private void thin() {
        double now = times[size - 1];
        int least = 1;
        double smallest = Double.MAX_VALUE;
        for (int i = 1; i < size - 1; i++) {
            double gap = (times[i + 1] - times[i - 1]) / Math.max(1, now - times[i]);
            if (gap < smallest) {
                smallest = gap;
                least = i;
            }
        }
        System.arraycopy(times, least + 1, times, least, size - least - 1);
        System.arraycopy(positions, least + 1, positions, least, size - least - 1);
        size--;
    }

    @Override
    public void release() {
        if (capacity > 0) {
            budget.giveBack(BYTES);
        }
    }
}
