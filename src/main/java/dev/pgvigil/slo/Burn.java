package dev.pgvigil.slo;

import java.util.EnumMap;
import java.util.Map;

/**
 * The figures of an objective at one time. Pure. A burn rate of 1 uses up the budget exactly within its window.
 *
 * <p>Bad seconds are compared with all seconds of a window, not with the known ones: a gap can hide bad seconds, but never makes a rate
 * higher than it was. Coverage says how much of the window is known.
 */
record Burn(Map<Span, Double> rates, Map<Span, Double> coverage, Counts counts, double spent, double rawSpent) {

    /**
     * Computes them.
     *
     * @param end the second after the last one
     * @param since the first second that was observed
     */
    static Burn of(CountRing ring, Slo slo, long since, long end) {
        Map<Span, Double> rates = new EnumMap<>(Span.class);
        Map<Span, Double> coverage = new EnumMap<>(Span.class);
        for (Span span : Span.values()) {
            Counts counts = ring.over(span, end);
            rates.put(span, rate(counts.bad(), span.seconds() - counts.excluded(), slo));
            coverage.put(span, coverage(counts, (double) Math.min(span.seconds(), end - since)));
        }
        Counts counts = ring.overBudget(end);
        double window = slo.window().seconds();
        return new Burn(
                rates,
                coverage,
                counts,
                rate(counts.bad(), window - counts.excluded(), slo),
                rate(counts.bad() + counts.excludedBad(), window, slo));
    }

    private static double rate(double bad, double expected, Slo slo) {
        return expected <= 0 ? 0 : bad / expected / slo.budget();
    }

    /** Nothing can be missing of a window that is maintenance throughout. */
    private static double coverage(Counts counts, double elapsed) {
        double expected = elapsed - counts.excluded();
        return expected <= 0 ? 1 : Math.min(1, counts.known() / expected);
    }

    double rate(Span span) {
        return rates.getOrDefault(span, 0.0);
    }

    double coverage(Span span) {
        return coverage.getOrDefault(span, 0.0);
    }

    /** The share of the budget that is left; negative when more than all was used. */
    double remaining() {
        return 1 - spent;
    }

    /** The same with maintenance counted. */
    double rawRemaining() {
        return 1 - rawSpent;
    }

    /** Seconds until the budget is gone at the rate of the last hour; infinite if nothing is bad. */
    double exhaustedIn(Slo slo) {
        double rate = rate(Span.H1);
        return remaining() <= 0
                ? 0
                : rate <= 0
                        ? Double.POSITIVE_INFINITY
                        : remaining() * slo.window().seconds() / rate;
    }
}
