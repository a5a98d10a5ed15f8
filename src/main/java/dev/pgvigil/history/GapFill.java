package dev.pgvigil.history;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Fills empty buckets when observations are less frequent than buckets: the last observation is repeated until the next
 * one is overdue. Pure.
 *
 * @param most maximum number of buckets filled after an observed one
 */
record GapFill(int most) {

    /** An observation counts as missing when it is later than this many intervals. */
    private static final double LATE = 1.5;

    /** Above the size of every ring. */
    private static final int BOUND = 1000;

    /** For observations at this interval, in buckets of that many seconds. */
    static GapFill of(Duration interval, int seconds) {
        double buckets = Math.ceil(LATE * interval.toMillis() / (1000.0 * seconds) - 1);
        return new GapFill((int) Math.clamp(buckets, 0, BOUND));
    }

    /**
     * Returns the buckets, with those filled that closely follow an observed one.
     *
     * @param all the buckets; the first {@link #most} precede the wanted ones and only serve as sources
     */
    <T> List<T> over(List<T> all, Predicate<T> observed, UnaryOperator<T> carry) {
        List<T> filled = new ArrayList<>(all);
        int since = most;
        for (int i = 0; i < filled.size(); i++) {
            since = observed.test(all.get(i)) ? 0 : since + 1;
            if (since > 0 && since <= most) {
                filled.set(i, carry.apply(all.get(i - since)));
            }
        }
        return List.copyOf(filled.subList(most, filled.size()));
    }
}
