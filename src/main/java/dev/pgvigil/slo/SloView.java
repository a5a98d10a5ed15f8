package dev.pgvigil.slo;

import dev.pgvigil.check.Finding;
import dev.pgvigil.state.SteadyClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One objective and its targets, those with the smallest budget first.
 *
 * @param more targets beyond the limit of the list
 * @param historySource {@code store}, by the hour; {@code memory}; null: there is none
 * @param history of the only target that was asked for, oldest first; else empty
 */
@Schema(name = "Slo")
record SloView(
        Instant timestamp,
        SlosView.Summary slo,
        List<RuleView> rules,
        List<TargetView> targets,
        int more,
        @Nullable String historySource,
        List<PartView> history) {

    private static final int MOST = 1_000;

    /** A rule fires while the rate is above its factor over both windows. */
    @Schema(name = "BurnRule")
    record RuleView(String longWindow, String shortWindow, double factor, String severity, boolean page) {}

    /** A rate over one window, and how much of the window is known. */
    @Schema(name = "BurnRate")
    record RateView(String window, double rate, @Nullable Double coverageRatio) {}

    /**
     * The objective on one target; seconds are of its window.
     *
     * @param state {@code page}, {@code exhausted}, {@code ticket}, {@code uncovered} or {@code ok}
     * @param budgetRemainingRawRatio if maintenance counted
     * @param exhaustedInSeconds at the rate of the last hour; null: nothing was bad
     */
    @Schema(name = "SloTarget")
    record TargetView(
            String target,
            String state,
            Instant since,
            long goodSeconds,
            long badSeconds,
            long unknownSeconds,
            long excludedSeconds,
            long excludedBadSeconds,
            double budgetRemainingRatio,
            double budgetRemainingRawRatio,
            @Nullable Double exhaustedInSeconds,
            List<RateView> burnRates,
            List<Finding> findings) {

        static TargetView of(ObjectiveStatus status) {
            Burn burn = status.burn();
            double exhausted = burn.exhaustedIn(status.slo());
            List<RateView> rates = new ArrayList<>();
            for (Span span : Span.values()) {
                rates.add(new RateView(span.toString(), burn.rate(span), burn.coverage(span)));
            }
            rates.add(new RateView(status.slo().window().toString(), burn.spent(), null));
            return new TargetView(
                    status.target().name(),
                    status.text(),
                    Instant.ofEpochSecond(status.first()),
                    Math.round(burn.counts().good()),
                    Math.round(burn.counts().bad()),
                    Math.round(status.unknown()),
                    Math.round(burn.counts().excluded()),
                    Math.round(burn.counts().excludedBad()),
                    burn.remaining(),
                    burn.rawRemaining(),
                    Double.isFinite(exhausted) ? exhausted : null,
                    rates,
                    status.findings());
        }
    }

    /** A part of the window. */
    @Schema(name = "SloPart")
    record PartView(
            Instant begin, long seconds, long goodSeconds, long badSeconds, long excludedSeconds, double burnRate) {}

    /**
     * The view of an objective.
     *
     * @param statuses of the targets that were asked for
     * @param past of the only target; null: there are several
     */
    static SloView of(Slo slo, List<ObjectiveStatus> statuses, SloHistory.@Nullable Past past, Instant now) {
        List<Objective.Part> parts = past == null ? List.of() : past.parts();
        return new SloView(
                SteadyClock.shown(now),
                SlosView.Summary.of(slo, statuses),
                slo.window().rules().stream()
                        .map(rule -> new RuleView(
                                rule.longWindow().toString(),
                                rule.shortWindow().toString(),
                                rule.factor(),
                                rule.severity().name().toLowerCase(Locale.ROOT),
                                rule.page()))
                        .toList(),
                statuses.stream()
                        .sorted(worstFirst())
                        .limit(MOST)
                        .map(TargetView::of)
                        .toList(),
                Math.max(0, statuses.size() - MOST),
                past == null ? null : past.stored() ? "store" : "memory",
                parts.stream()
                        .map(part -> new PartView(
                                Instant.ofEpochSecond(part.begin()),
                                part.seconds(),
                                Math.round(part.counts().good()),
                                Math.round(part.counts().bad()),
                                Math.round(part.counts().excluded()),
                                BurnChart.rate(slo, part)))
                        .toList());
    }

    static Comparator<ObjectiveStatus> worstFirst() {
        return Comparator.<ObjectiveStatus>comparingDouble(
                        status -> status.burn().remaining())
                .thenComparing(status -> status.target().name());
    }

    static String type(Slo slo) {
        return slo.indicator().name().toLowerCase(Locale.ROOT);
    }
}
