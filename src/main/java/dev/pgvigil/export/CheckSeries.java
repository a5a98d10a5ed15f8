package dev.pgvigil.export;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.Gauges;
import dev.pgvigil.watch.Outcome;
import dev.pgvigil.watch.ServerState;
import dev.pgvigil.watch.Snapshot;
import dev.pgvigil.watch.TargetState;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** How the latest pass of each check went, and the figures that the check itself gives. */
@Singleton
final class CheckSeries implements Part {

    private final Catalogue catalogue;
    private final Losses losses;

    CheckSeries(Catalogue catalogue, Losses losses) {
        this.catalogue = catalogue;
        this.losses = losses;
    }

    @Override
    public void measure(Snapshot snapshot, Instant now, Harvest harvest) {
        latestOfEachServer(snapshot).forEach((labels, outcomes) -> all(outcomes, harvest.under(labels)));
        for (TargetState state : snapshot.targets().values()) {
            all(state.outcomes(), harvest.under(Names.of(state.target())));
        }
    }

    // several roles may watch one server: its figures are the same for all of them, so one is enough
    private static Map<Labels, Map<String, Outcome<?>>> latestOfEachServer(Snapshot snapshot) {
        Map<Labels, Map<String, Outcome<?>>> servers = new HashMap<>();
        for (ServerState state : snapshot.servers().values()) {
            Map<String, Outcome<?>> latest =
                    servers.computeIfAbsent(Names.of(state.server()), first -> new HashMap<>());
            state.outcomes().forEach((check, outcome) -> latest.merge(check, outcome, CheckSeries::better));
        }
        return servers;
    }

    private static Outcome<?> better(Outcome<?> one, Outcome<?> other) {
        boolean answered = one instanceof Outcome.Observed<?>;
        if (answered != other instanceof Outcome.Observed<?>) {
            return answered ? one : other;
        }
        return one.at().isBefore(other.at()) ? other : one;
    }

    private void all(Map<String, Outcome<?>> outcomes, Gauges gauges) {
        for (Check<?> check : catalogue.checks()) {
            Outcome<?> outcome = outcomes.get(check.name());
            if (outcome != null) {
                pass(check.name(), outcome, gauges);
                figures(check, outcome, gauges);
            }
        }
    }

    private static void pass(String check, Outcome<?> outcome, Gauges gauges) {
        boolean skipped = outcome instanceof Outcome.Skipped<?>;
        gauges.gauge(
                "pgvigil_check_skipped",
                "Whether the check is not asked because something that it needs is missing.",
                skipped ? 1 : 0,
                "check",
                check);
        if (!skipped) {
            gauges.gauge(
                    "pgvigil_check_success",
                    "Whether the latest pass was answered.",
                    outcome instanceof Outcome.Observed<?> ? 1 : 0,
                    "check",
                    check);
            gauges.gauge(
                    "pgvigil_check_duration_seconds",
                    "How long the latest pass took.",
                    took(outcome).toNanos() / 1e9,
                    "check",
                    check);
        }
        gauges.gauge(
                "pgvigil_check_timestamp_seconds",
                "When the latest pass ended.",
                outcome.at().toEpochMilli() / 1e3,
                "check",
                check);
    }

    private static Duration took(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Observed<?> observed -> observed.took();
            case Outcome.Failed<?> failed -> failed.took();
            case Outcome.Skipped<?> skipped -> Duration.ZERO;
        };
    }

    @SuppressWarnings("unchecked") // under a check's name stands what that check observed
    private <O> void figures(Check<O> check, Outcome<?> outcome, Gauges gauges) {
        if (!(outcome instanceof Outcome.Observed<?> observed)) {
            return;
        }
        try {
            check.measure((O) observed.value(), gauges);
        } catch (RuntimeException broken) {
            losses.count(Losses.Cause.ERROR, check.name());
        }
    }
}
