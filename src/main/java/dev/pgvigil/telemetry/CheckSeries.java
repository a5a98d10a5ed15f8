package dev.pgvigil.telemetry;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.pcollections.PMap;

/** How the latest pass of each check went, and the figures that the check itself gives. */
@Singleton
final class CheckSeries implements SeriesSource {

    /** Answered, then newer. */
    private static final Comparator<Outcome<?>> BEST = Comparator.<Outcome<?>, Boolean>comparing(
                    outcome -> outcome instanceof Outcome.Observed<?>)
            .thenComparing(Outcome::at);

    private final Catalogue catalogue;
    private final DroppedSeries losses;

    CheckSeries(Catalogue catalogue, DroppedSeries losses) {
        this.catalogue = catalogue;
        this.losses = losses;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder harvest) {
        // one server may be watched by several roles: to whoever reads metrics it is one
        snapshot.servers().values().stream()
                .collect(groupingBy(state -> Names.of(state.server()), mapping(ServerState::outcomes, toList())))
                .forEach((labels, roles) -> all(roles, labels, harvest));
        for (TargetState state : snapshot.targets().values()) {
            all(List.of(state.outcomes()), Names.of(state.target()), harvest);
        }
    }

    private void all(List<PMap<String, Outcome<?>>> roles, Labels labels, SeriesBuilder harvest) {
        for (Check<?> check : catalogue.checks()) {
            List<Outcome<?>> outcomes = roles.stream()
                    .flatMap(role -> Stream.<Outcome<?>>ofNullable(role.get(check.name())))
                    .sorted(BEST.reversed())
                    .toList();
            if (!outcomes.isEmpty()) {
                MetricSink gauges = harvest.under(labels, check.name());
                pass(check.name(), outcomes.getFirst(), gauges);
                figures(check, outcomes, gauges);
            }
        }
    }

    private static void pass(String check, Outcome<?> outcome, MetricSink gauges) {
        boolean skipped = outcome instanceof Outcome.Skipped<?>;
        gauges.gauge(
                "pgvigil_check_skipped",
                "1 if the check is skipped because a requirement is not met, else 0.",
                skipped ? 1 : 0,
                "check",
                check);
        if (!skipped) {
            gauges.gauge(
                    "pgvigil_check_success",
                    "1 if the latest execution succeeded, 0 if it failed.",
                    outcome instanceof Outcome.Observed<?> ? 1 : 0,
                    "check",
                    check);
            gauges.gauge(
                    "pgvigil_check_duration_seconds",
                    "Duration of the latest execution.",
                    took(outcome).toNanos() / 1e9,
                    "check",
                    check);
        }
        gauges.gauge(
                "pgvigil_check_timestamp_seconds",
                "Time when the latest execution ended.",
                SteadyClock.shown(outcome.at()).toEpochMilli() / 1e3,
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
    private <O> void figures(Check<O> check, List<Outcome<?>> bestFirst, MetricSink gauges) {
        if (!(bestFirst.getFirst() instanceof Outcome.Observed<?>)) {
            return;
        }
        try {
            bestFirst.stream()
                    .flatMap(CheckSeries::answer)
                    .map(answer -> (O) answer.value())
                    .reduce(check::merge)
                    .ifPresent(value -> check.export(value, gauges));
        } catch (RuntimeException broken) {
            losses.count(DroppedSeries.Cause.ERROR, check.name());
        }
    }

    /** That of a role that gets no answer now still counts where roles add up: a counter must not fall. */
    private static Stream<Outcome.Observed<?>> answer(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Observed<?> observed -> Stream.of(observed);
            case Outcome.Failed<?> failed -> Stream.ofNullable(failed.last());
            case Outcome.Skipped<?> skipped -> Stream.empty();
        };
    }
}
