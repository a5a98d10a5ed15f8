package dev.pgvigil.check.statements;

import org.jspecify.annotations.Nullable;

/**
 * Number, mean and variance of the execution times of one interval, derived exactly from two cumulative sets of count, sum and
 * sum of squared deviations (the inverse of the parallel algorithm of Chan, Golub and LeVeque). Pure.
 *
 * @param meanMs null without calls
 * @param varianceMs of the population; null if it is not known: no calls, or the difference is lost in the rounding of the sums
 */
record IntervalTimes(
        double calls, @Nullable Double meanMs, @Nullable Double varianceMs) {

    /** The share of the cumulative sum below which its rounding exceeds a millionth of the difference. */
    private static final double LOST = 1e-9;

    /**
     * The times of an interval.
     *
     * @param now the cumulative counters at its end
     * @param growth of the counters during the interval, {@code now} itself if the interval began at zero
     */
    static IntervalTimes of(double[] now, double[] growth) {
        double calls = Counter.CALLS.of(growth);
        if (calls <= 0) {
            return new IntervalTimes(0, null, null);
        }
        double mean = Counter.EXEC_TIME.of(growth) / calls;
        double before = Counter.CALLS.of(now) - calls;
        double squares = Counter.SQUARES.of(growth);
        if (before > 0) {
            double meanBefore = (Counter.EXEC_TIME.of(now) - Counter.EXEC_TIME.of(growth)) / before;
            double apart = mean - meanBefore;
            squares -= apart * apart * before * calls / Counter.CALLS.of(now);
            if (squares < LOST * Counter.SQUARES.of(now)) {
                return new IntervalTimes(calls, mean, calls == 1 ? 0.0 : null);
            }
        }
        return new IntervalTimes(calls, mean, Math.max(0, squares) / calls);
    }

    /** The sum of squared deviations of two sets together. */
    static double squares(double[] one, double[] other) {
        double calls = Counter.CALLS.of(one);
        double more = Counter.CALLS.of(other);
        double squares = Counter.SQUARES.of(one) + Counter.SQUARES.of(other);
        if (calls <= 0 || more <= 0) {
            return squares;
        }
        double apart = Counter.EXEC_TIME.of(one) / calls - Counter.EXEC_TIME.of(other) / more;
        return squares + apart * apart * calls * more / (calls + more);
    }
}
