package dev.pgvigil.check.statements;

import java.util.Arrays;

/** Statistics that a few extreme values do not move. Pure. */
final class RobustStatistics {

    /** Makes the median absolute deviation of normal values their standard deviation. */
    private static final double NORMAL = 1.4826;

    private RobustStatistics() {}

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** The median absolute deviation, scaled to a standard deviation. */
    static double deviation(double[] values, double median) {
        double[] apart = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            apart[i] = Math.abs(values[i] - median);
        }
        return NORMAL * median(apart);
    }
}
