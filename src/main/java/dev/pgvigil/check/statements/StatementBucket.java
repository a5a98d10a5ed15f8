package dev.pgvigil.check.statements;

import java.util.List;

/**
 * What one statement did during some runs of the check.
 *
 * @param squares sum of the squared deviations of the execution times from their mean; not a number: not known
 * @param allMs execution time of all statements
 * @param seconds length
 */
record StatementBucket(
        double calls,
        double execMs,
        double squares,
        double rows,
        double hit,
        double read,
        double readMs,
        double temp,
        double wal,
        double allMs,
        double seconds) {

    /** Fields and an object header. */
    static final int BYTES = 11 * Double.BYTES + 24;

    static final StatementBucket EMPTY = new StatementBucket(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** A statement that did not run for some time, while others did. */
    static StatementBucket idle(double allMs, double seconds) {
        return new StatementBucket(0, 0, 0, 0, 0, 0, 0, 0, 0, allMs, seconds);
    }

    static StatementBucket of(StatementTracker.Ran ran, double allMs, double seconds) {
        double[] growth = ran.growth();
        IntervalTimes times = IntervalTimes.of(ran.now(), growth);
        return new StatementBucket(
                Counter.CALLS.of(growth),
                Counter.EXEC_TIME.of(growth),
                times.varianceMs() == null ? Double.NaN : times.varianceMs() * times.calls(),
                Counter.ROWS.of(growth),
                Counter.SHARED_BLKS_HIT.of(growth),
                Counter.SHARED_BLKS_READ.of(growth),
                Counter.READ_TIME.of(growth),
                Counter.TEMP_BLKS_WRITTEN.of(growth),
                Counter.WAL_BYTES.of(growth),
                allMs,
                seconds);
    }

    static StatementBucket sum(List<StatementBucket> buckets) {
        return buckets.stream().reduce(EMPTY, StatementBucket::plus);
    }

    StatementBucket plus(StatementBucket more) {
        return new StatementBucket(
                calls + more.calls,
                execMs + more.execMs,
                squaresWith(more),
                rows + more.rows,
                hit + more.hit,
                read + more.read,
                readMs + more.readMs,
                temp + more.temp,
                wal + more.wal,
                allMs + more.allMs,
                seconds + more.seconds);
    }

    private double squaresWith(StatementBucket more) {
        if (calls <= 0 || more.calls <= 0) {
            return calls <= 0 ? more.squares : squares;
        }
        double apart = mean() - more.mean();
        return squares + more.squares + apart * apart * calls * more.calls / (calls + more.calls);
    }

    double mean() {
        return calls > 0 ? execMs / calls : 0;
    }

    /** Of the population; not a number: not known. */
    double variance() {
        return calls > 0 ? squares / calls : Double.NaN;
    }

    double each(double sum) {
        return calls > 0 ? sum / calls : 0;
    }
}
