package dev.pgvigil.dashboard;

import java.util.function.IntPredicate;

/**
 * The attribute {@code d} of SVG paths over equal columns, each one unit wide. Missing values are gaps. Pure.
 */
final class SvgPath {

    private SvgPath() {}

    /** A line through these heights; NaN is a gap. A single value is a line of one column. */
    static String line(double[] heights) {
        StringBuilder path = new StringBuilder();
        for (int from = 0; from < heights.length; from++) {
            if (!Double.isNaN(heights[from])) {
                int to = end(heights, from);
                path.append('M');
                run(path, heights, from, to);
                from = to;
            }
        }
        return path.toString();
    }

    /** The area between two lines with gaps at the same columns. */
    static String band(double[] upper, double[] lower) {
        StringBuilder path = new StringBuilder();
        for (int from = 0; from < upper.length; from++) {
            if (!Double.isNaN(upper[from])) {
                int to = end(upper, from);
                path.append('M');
                run(path, upper, from, to);
                path.append('L');
                back(path, lower, from, to);
                path.append('Z');
                from = to;
            }
        }
        return path.toString();
    }

    /** Columns of full height where the predicate holds. */
    static String columns(int count, double height, IntPredicate at) {
        StringBuilder path = new StringBuilder();
        for (int from = 0; from < count; from++) {
            if (at.test(from)) {
                int to = from;
                while (to + 1 < count && at.test(to + 1)) {
                    to++;
                }
                path.append('M')
                        .append(from)
                        .append(" 0h")
                        .append(to - from + 1)
                        .append('v');
                number(path, height);
                path.append('H').append(from).append('Z');
                from = to;
            }
        }
        return path.toString();
    }

    /** A horizontal line over the full width. */
    static String level(double height, int columns) {
        StringBuilder path = new StringBuilder("M0 ");
        number(path, height);
        return path.append('H').append(columns).toString();
    }

    /** The last column of the run that begins here. */
    private static int end(double[] heights, int from) {
        int to = from;
        while (to + 1 < heights.length && !Double.isNaN(heights[to + 1])) {
            to++;
        }
        return to;
    }

    /** From the left edge of the first column through the centres to the right edge of the last; constant runs are shortened. */
    private static void run(StringBuilder path, double[] heights, int from, int to) {
        point(path, from, heights[from]);
        for (int i = from; i <= to; i++) {
            if (i == from || i == to || bends(heights, i)) {
                point(path, i + 0.5, heights[i]);
            }
        }
        point(path, to + 1.0, heights[to]);
    }

    private static void back(StringBuilder path, double[] heights, int from, int to) {
        point(path, to + 1.0, heights[to]);
        for (int i = to; i >= from; i--) {
            if (i == from || i == to || bends(heights, i)) {
                point(path, i + 0.5, heights[i]);
            }
        }
        point(path, from, heights[from]);
    }

    private static boolean bends(double[] heights, int i) {
        long here = tenths(heights[i]);
        return tenths(heights[i - 1]) != here || tenths(heights[i + 1]) != here;
    }

    private static void point(StringBuilder path, double x, double y) {
        char last = path.charAt(path.length() - 1);
        if (last != 'M' && last != 'L') {
            path.append(' ');
        }
        number(path, x);
        path.append(' ');
        number(path, y);
    }

    private static void number(StringBuilder path, double value) {
        long tenths = tenths(value);
        path.append(tenths / 10);
        if (tenths % 10 != 0) {
            path.append('.').append(tenths % 10);
        }
    }

    /** Never negative, because all values are within the picture. */
    private static long tenths(double value) {
        return Math.round(Math.max(0, value) * 10);
    }
}
