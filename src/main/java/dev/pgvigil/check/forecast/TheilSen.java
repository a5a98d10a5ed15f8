package dev.pgvigil.check.forecast;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The Theil-Sen estimate of a slope: the median of the slopes between all pairs of points, which outliers up to 29 % of the
 * points do not move. Its confidence interval is taken from the order statistics of these slopes, as by Sen (1968). Pure.
 */
public final class TheilSen {

    /** With fewer points nothing is said. */
    public static final int FEWEST = 10;

    /** Quantile of the normal distribution for a confidence of 95 %. */
    private static final double Z = 1.96;

    /**
     * A slope and its confidence interval.
     *
     * @param low with a confidence of 95 % the slope is not less
     * @param high nor more
     */
    public record Slope(double median, double low, double high) {}

    private TheilSen() {}

    /**
     * The slope of {@code y} over {@code x}; null if there are fewer than {@value #FEWEST} points.
     *
     * @param x increasing
     */
    public static @Nullable Slope of(double[] x, double[] y) {
        int n = x.length;
        if (n < FEWEST) {
            return null;
        }
        double[] slopes = new double[n * (n - 1) / 2];
        int next = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                slopes[next++] = (y[j] - y[i]) / (x[j] - x[i]);
            }
        }
        Arrays.sort(slopes);
        // The variance of Kendall's S for n points without ties. Ties only make it smaller.
        double width = Z * Math.sqrt(n * (n - 1.0) * (2.0 * n + 5) / 18);
        int outside = (int) Math.max(1, Math.floor((slopes.length - width) / 2));
        return new Slope(median(slopes), slopes[outside - 1], slopes[slopes.length - outside]);
    }

    /** The median of sorted values. */
    public static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2;
    }
}
