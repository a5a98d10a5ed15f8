package dev.pgvigil.bench;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Counts answers and their latencies. */
final class Tally {

    private final Histogram nanos = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
    private long other;

    void add(long latencyNanos, int status) {
        nanos.recordValue(latencyNanos);
        if (status != 200) {
            other++;
        }
    }

    /** @param unanswered requests that were still open at the end */
    Latencies latencies(Duration time, long unanswered) {
        return new Latencies(
                nanos.getTotalCount() / (time.toNanos() / 1e9),
                milliseconds(50),
                milliseconds(99),
                milliseconds(99.9),
                nanos.getMaxValue() / 1e6,
                other,
                unanswered);
    }

    private double milliseconds(double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e6;
    }
}
