package dev.pgvigil.slo;

/**
 * Seconds of a window by what they were. Fractions come from the oldest bucket, of which only a part belongs to the window. What is in
 * none of them is unknown.
 *
 * @param good outside of maintenance
 * @param bad outside of maintenance
 * @param excluded within maintenance, whatever they were
 * @param excludedBad those of them that were bad
 */
record Counts(double good, double bad, double excluded, double excludedBad) {

    static final Counts NONE = new Counts(0, 0, 0, 0);

    /** Good or bad, outside of maintenance. */
    double known() {
        return good + bad;
    }

    Counts plus(Counts other) {
        return new Counts(
                good + other.good, bad + other.bad, excluded + other.excluded, excludedBad + other.excludedBad);
    }
}
