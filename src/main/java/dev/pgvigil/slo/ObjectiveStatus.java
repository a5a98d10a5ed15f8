package dev.pgvigil.slo;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.target.Target;
import java.util.List;
import java.util.Locale;

/**
 * One objective of one target at one second. Immutable.
 *
 * @param first the first second that was observed
 * @param last the last second that was observed
 */
record ObjectiveStatus(
        Slo slo,
        Target target,
        long first,
        long last,
        Burn burn,
        BurnState state,
        List<Finding> findings,
        Totals totals) {

    ObjectiveStatus {
        findings = List.copyOf(findings);
    }

    /** Whether the budget burns at page rate. */
    boolean pages() {
        return state.pages(slo);
    }

    /** Unknown seconds of the budget's window since the objective is observed. */
    double unknown() {
        double elapsed = Math.min(slo.window().seconds(), last + 1 - first);
        return Math.max(0, elapsed - burn.counts().known() - burn.counts().excluded());
    }

    void export(MetricSink sink) {
        String name = slo.name();
        sink.gauge(
                "pgvigil_slo_objective_ratio",
                "Share of the time that must be good.",
                slo.ratio(),
                "slo",
                name,
                "window",
                slo.window().toString());
        for (Span span : Span.values()) {
            burnRate(sink, span.toString(), burn.rate(span));
        }
        burnRate(sink, slo.window().toString(), burn.spent());
        sink.gauge(
                "pgvigil_slo_budget_remaining_ratio",
                "Share of the error budget that is left; negative if more than all was used.",
                burn.remaining(),
                "slo",
                name);
        sink.gauge(
                "pgvigil_slo_budget_remaining_raw_ratio",
                "Share of the error budget that would be left if maintenance counted.",
                burn.rawRemaining(),
                "slo",
                name);
        sink.gauge(
                "pgvigil_slo_budget_exhaustion_seconds",
                "Time until the error budget is gone at the rate of the last hour; +Inf if nothing was bad.",
                burn.exhaustedIn(slo),
                "slo",
                name);
        sink.gauge(
                "pgvigil_slo_coverage_ratio",
                "Share of the last hour that is known, maintenance left out.",
                burn.coverage(Span.H1),
                "slo",
                name);
        seconds(sink, "good", totals.good());
        seconds(sink, "bad", totals.bad());
        seconds(sink, "unknown", totals.unknown());
        seconds(sink, "excluded", totals.excluded());
        findings(sink);
    }

    private void burnRate(MetricSink sink, String window, double rate) {
        sink.gauge(
                "pgvigil_slo_burn_rate",
                "How fast the error budget burns over the window; 1 uses it up exactly.",
                rate,
                "slo",
                slo.name(),
                "window",
                window);
    }

    private void seconds(MetricSink sink, String result, long count) {
        sink.counter(
                "pgvigil_slo_seconds_total",
                "Seconds since pgvigil observes the objective, by what they were.",
                (double) count,
                "slo",
                slo.name(),
                "result",
                result);
    }

    private void findings(MetricSink sink) {
        BurnRule worst = state.worst(slo);
        sink.gauge(
                "pgvigil_slo_page",
                "1 while the error budget burns at page rate, else 0.",
                pages() ? 1 : 0,
                "slo",
                slo.name());
        sink.gauge(
                "pgvigil_slo_ticket",
                "1 while the error budget burns faster than it lasts, but not at page rate, else 0.",
                worst != null && !worst.page() ? 1 : 0,
                "slo",
                slo.name());
    }

    /** {@code page}, {@code exhausted}, {@code ticket}, {@code uncovered} or {@code ok}. */
    String text() {
        return pages()
                ? "page"
                : state.exhausted()
                        ? "exhausted"
                        : state.firing() != 0 ? "ticket" : state.uncovered() ? "uncovered" : "ok";
    }

    /** {@code replication_freshness}. */
    String type() {
        return slo.indicator().name().toLowerCase(Locale.ROOT);
    }
}
