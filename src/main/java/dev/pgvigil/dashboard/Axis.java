package dev.pgvigil.dashboard;

import dev.pgvigil.check.HumanFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * How values become heights: 0 at the top of the picture, {@value #HEIGHT} at its bottom. Every value, however wild, gets a
 * height within the picture. Pure.
 *
 * @param low the value at the bottom; of a logarithmic axis its logarithm, as is {@code high}
 * @param labels from the top down, evenly spaced
 */
record Axis(boolean logarithmic, double low, double high, List<String> labels) {

    static final double HEIGHT = 100;

    private static final int LOWEST_DECADE = -2;
    private static final int HIGHEST_DECADE = 5;
    /** The fewest that are shown. */
    private static final int DECADES = 2;

    /** Milliseconds by powers of ten, so that ordinary answers and slow ones both have room. */
    static Axis milliseconds(double least, double most) {
        int top = (int) Math.clamp(Math.ceil(Math.log10(most)), LOWEST_DECADE + DECADES, HIGHEST_DECADE);
        int low = (int) Math.clamp(Math.floor(Math.log10(least)), LOWEST_DECADE, top - DECADES);
        List<String> labels = new ArrayList<>();
        for (int power = top; power >= low; power--) {
            labels.add(duration(Math.pow(10, power)));
        }
        return new Axis(true, low, top, labels);
    }

    /** Counts from zero up to a round number that is not below the most. */
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

    /** Whether the value has a place of its own, and is not only clamped to the edge. */
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

    /** 1, 2 or 5 times a power of ten, so that four or five of them reach the most. */
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
