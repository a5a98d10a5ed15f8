package dev.pgvigil.slo;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which rules of an objective fire, with hysteresis. Pure and immutable.
 *
 * @param firing one bit for each rule of the window, the most urgent first
 * @param exhausted whether the budget is gone
 * @param uncovered whether too little is known
 */
record BurnState(int firing, boolean exhausted, boolean uncovered) {

    static final BurnState QUIET = new BurnState(0, false, false);

    /** The share of its factor below which a rule ends. */
    private static final double ENDS_BELOW = 0.9;

    /** What must be known of a rule's short window before it ends; while less is known, it stays as it is. */
    private static final double KNOWN = 0.9;

    private static final double UNCOVERED_BELOW = 0.9;
    private static final double COVERED_FROM = 0.95;
    private static final double EXHAUSTED_UNTIL = 0.01;

    /** An objective must be observed for so long before a gap is a finding. */
    private static final int YOUNG = 300;

    /**
     * The next state.
     *
     * @param age seconds since the first observation
     */
    BurnState next(Burn burn, Slo slo, long age) {
        List<BurnRule> rules = slo.window().rules();
        int next = IntStream.range(0, rules.size())
                .filter(i -> fires(rules.get(i), burn, isFiring(i)))
                .map(i -> 1 << i)
                .sum();
        double known = burn.coverage(Span.H1);
        return new BurnState(
                next,
                exhausted ? burn.remaining() < EXHAUSTED_UNTIL : burn.remaining() <= 0,
                age >= YOUNG && (uncovered ? known < COVERED_FROM : known < UNCOVERED_BELOW));
    }

    private static boolean fires(BurnRule rule, Burn burn, boolean before) {
        double least = Math.min(burn.rate(rule.longWindow()), burn.rate(rule.shortWindow()));
        if (!before) {
            return least > rule.factor();
        }
        return least >= rule.factor() * ENDS_BELOW || burn.coverage(rule.shortWindow()) < KNOWN;
    }

    private boolean isFiring(int rule) {
        return (firing >> rule & 1) == 1;
    }

    /** The most urgent rule that fires; null: none. */
    @Nullable
    BurnRule worst(Slo slo) {
        return firing == 0 ? null : slo.window().rules().get(Integer.numberOfTrailingZeros(firing));
    }

    /** Whether a person should be called: the budget burns at page rate. */
    boolean pages(Slo slo) {
        BurnRule worst = worst(slo);
        return worst != null && worst.page();
    }
}
