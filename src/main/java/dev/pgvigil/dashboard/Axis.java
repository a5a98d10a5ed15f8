package dev.pgvigil.dashboard;

import dev.pgvigil.check.HumanFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * Converts values to heights: 0 is the top, {@value #HEIGHT} the bottom. Values out of range are clamped. Pure.
 *
 * @param low the value at the bottom; on a logarithmic axis its logarithm, like {@code high}
 * @param labels from top to bottom, evenly spaced
 */
record Axis(boolean logarithmic, double low, double high, List<String> labels) {

    static final double HEIGHT = 100;

    private static final int LOWEST_DECADE = -2;
    private static final int HIGHEST_DECADE = 5;
    /** Minimum number of decades. */
    private static final int DECADES = 2;

    /** Milliseconds on a logarithmic scale, which shows both usual and slow response times. */
    static Axis milliseconds(double least, double most) {
        int top = (int) Math.clamp(Math.ceil(Math.log10(most)), LOWEST_DECADE + DECADES, HIGHEST_DECADE);
        int low = (int) Math.clamp(Math.floor(Math.log10(least)), LOWEST_DECADE, top - DECADES);
        List<String> labels = new ArrayList<>();
        for (int power = top; power >= low; power--) {
            labels.add(duration(Math.pow(10, power)));
        }
        return new Axis(true, low, top, labels);
    }

    /** Counts from zero to a round number that is at least the maximum. */
    static Axis counts(long most) {
        long step = step(Math.max(1, most));
        long steps = Math.max(1, Math.ceilDiv(most, step));
        List<String> labels = new ArrayList<>();
        for (long i = steps; i >= 0; i--) {
            labels.add(Long.toString(i * step));
        }
        return new Axis(false, 0, (double) steps * step, labels);
    }

    double height(double value) {
        double at = logarithmic ? Math.log10(Math.max(value, Double.MIN_NORMAL)) : value;
        double share = (at - low) / (high - low);
        return HEIGHT * (1 - Math.clamp(share, 0.0, 1.0));
    }

    /** True if the value is in the range of the axis. */
    boolean holds(double value) {
        double at = logarithmic ? Math.log10(Math.max(value, Double.MIN_NORMAL)) : value;
        return at >= low && at <= high;
    }

    /** {@code 250 ms}, {@code 2 s}. */
    static String duration(double milliseconds) {
        if (milliseconds >= 1000) {
            return HumanFormat.seconds(milliseconds / 1000);
        }
        return plain(milliseconds) + " ms";
    }

    private static String plain(double value) {
        if (value >= 10 || value == Math.rint(value)) {
            return Long.toString(Math.round(value));
        }
        double rounded = value >= 0.1 ? Math.round(value * 10) / 10.0 : Math.round(value * 100) / 100.0;
        return Double.toString(rounded);
    }

    /** 1, 2 or 5 times a power of ten, so that four or five steps reach the maximum. */
    private static long step(long most) {
        long power = 1;
        while (most / power >= 50) {
            power *= 10;
        }
        for (long factor : new long[] {1, 2, 5}) {
            if (most <= 5 * factor * power) {
                return factor * power;
            }
        }
        return 10 * power;
    }
}
