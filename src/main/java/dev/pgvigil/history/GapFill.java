package dev.pgvigil.history;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Where looks are rarer than stretches, most stretches are without one although none was missed: what was seen last then
 * holds on until the next look is overdue. Pure.
 *
 * @param most stretches over which one that was observed is carried
 */
record GapFill(int most) {

    /** By how much a look may be late before it is missing. */
    private static final double LATE = 1.5;

    /** More than any ring holds. */
    private static final int BOUND = 1000;

    /** Looks at this interval, in stretches of so many seconds. */
    static GapFill of(Duration interval, int seconds) {
        double stretches = Math.ceil(LATE * interval.toMillis() / (1000.0 * seconds) - 1);
        return new GapFill((int) Math.clamp(stretches, 0, BOUND));
    }

    /**
     * Stretches with those filled that lie close behind an observed one.
     *
     * @param all the first {@link #most} of them lie before those that are wanted, and are only carried from
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
