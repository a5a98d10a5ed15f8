package dev.pgvigil.check.forecast;

import java.util.Arrays;

/**
 * Readings of one value over a bounded time in bounded memory: when the ring is full, every second reading is dropped and later
 * ones are kept less often, until it covers its span; from then on the oldest are dropped.
 */
@SuppressWarnings("ArrayRecordComponent")
final class ReadingRing {

    static final int MOST = 32;

    /** Bytes of one ring. */
    static final int BYTES = MOST * 16 + 64;

    private final double span;
    private final double[] at = new double[MOST];
    private final double[] values = new double[MOST];
    private int size;
    private double step;

    /** @param span how far back it reaches, in seconds */
    ReadingRing(double span) {
        this.span = span;
    }

    /** Adds a reading, unless the step since the last one that is kept has not passed. Returns whether it is kept. */
    boolean add(double now, double value) {
        if (size > 0 && (now <= at[size - 1] || now - at[size - 1] < step)) {
            return false;
        }
        dropOlderThan(now - span);
        if (size == MOST) {
            makeRoom();
        }
        at[size] = now;
        values[size] = value;
        size++;
        return true;
    }

    private void makeRoom() {
        double covered = at[size - 1] - at[0];
        if (covered >= span * (MOST - 2) / MOST) {
            drop(1);
            return;
        }
        int kept = 0;
        for (int i = 1; i < size; i += 2) {
            at[kept] = at[i];
            values[kept] = values[i];
            kept++;
        }
        size = kept;
        // Slightly less, because readings do not come at even intervals.
        step = Math.min(covered / (MOST - 1) * 2, span / MOST) * 0.95;
    }

    private void dropOlderThan(double oldest) {
        int expired = 0;
        while (expired < size && at[expired] < oldest) {
            expired++;
        }
        drop(expired);
    }

    private void drop(int count) {
        System.arraycopy(at, count, at, 0, size - count);
        System.arraycopy(values, count, values, 0, size - count);
        size -= count;
    }

    int size() {
        return size;
    }

    /** Seconds from the first to the last reading. */
    double seconds() {
        return size == 0 ? 0 : at[size - 1] - at[0];
    }

    double[] times() {
        return Arrays.copyOf(at, size);
    }

    double[] values() {
        return Arrays.copyOf(values, size);
    }
}
