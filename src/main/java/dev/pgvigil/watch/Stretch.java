package dev.pgvigil.watch;

/**
 * Keeps the cost of watching a server within its budget: while it is over, cadences are stretched, and they come back
 * slowly when there is room. Pure.
 */
final class Stretch {

    private static final double MOST = 32;
    private static final double BACK = 1.25;

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
            return Math.min(MOST, factor * Math.clamp(ratio / budget, BACK, 4));
        }
        // Stretched to half the cadence, the cost would double: only room for that lets it come back.
        return ratio * BACK < budget / 2 ? Math.max(1, factor / BACK) : factor;
    }
}
