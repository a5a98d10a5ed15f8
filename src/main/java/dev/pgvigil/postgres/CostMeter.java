package dev.pgvigil.postgres;

import java.time.Duration;
import java.util.Arrays;

/**
 * Measures what pgvigil's statements and connects cost one server: in total, and over the last minute. Used from one event loop.
 *
 * <p>The server measures the time, from the arrival of a statement to its last row. For a failed statement it is the time until
 * the error arrived.
 */
public final class CostMeter {

    /** The window of the ratio. */
    public static final Duration WINDOW = Duration.ofMinutes(1);

    private static final int SECONDS = (int) WINDOW.toSeconds();

    private final long[] nanos = new long[SECONDS];
    private long second;
    private long totalNanos;
    private long statements;

    /**
     * Adds one statement.
     *
     * @param now {@link System#nanoTime()}
     */
    void addStatement(long cost, long now) {
        add(cost, now);
        statements++;
    }

    /** Adds a cost that is no statement's. */
    void add(long cost, long now) {
        advance(now);
        nanos[(int) (second % SECONDS)] += cost;
        totalNanos += cost;
    }

    /** Time of the last minute, as a fraction of that minute. */
    double ratio(long now) {
        advance(now);
        return Arrays.stream(nanos).sum() / (SECONDS * 1e9);
    }

    double seconds() {
        return totalNanos / 1e9;
    }

    long statements() {
        return statements;
    }

    private void advance(long now) {
        long current = Math.floorDiv(now, 1_000_000_000L) + (1L << 40); // nanoTime may be negative
        for (long passed = Math.max(second + 1, current - SECONDS + 1); passed <= current; passed++) {
            nanos[(int) (passed % SECONDS)] = 0;
        }
        second = current;
    }
}
