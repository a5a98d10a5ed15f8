package dev.pgvigil.monitor;

/**
 * Keeps the cost of watching a server within its budget: while it is over, cadences are stretched, and they come back
 * slowly when there is room. Pure.
 */
final class Stretch {

    private static final double MOST = 32;
    private static final double LEAST_STEP = 1.25;
    private static final double ROOM = 0.8;

    private Stretch() {}

    /**
     * The next factor.
     *
     * @param factor the one in force, 1 or more
     * @param ratio statement time over time, of the last minute
     * @param budget the ratio that is allowed
     */
    static double next(double factor, double ratio, double budget) {
        if (ratio > budget) {
            return Math.min(MOST, factor * Math.max(ratio / budget, LEAST_STEP));
        }
        // Back by half at most, and never so far that the same statements would take most of the budget again.
        double back = ratio == 0 ? 0.5 : Math.max(0.5, ratio / (ROOM * budget));
        return Math.min(factor, Math.max(1, factor * back));
    }
}
