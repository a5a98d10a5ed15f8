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

/** The latest result of each check, and the metrics that the check exports. */
@Singleton
final class CheckSeries implements SeriesSource {

    /** Observations first, then the newer ones. */
    private static final Comparator<Outcome<?>> BEST = Comparator.<Outcome<?>, Boolean>comparing(
                    outcome -> outcome instanceof Outcome.Observed<?>)
            .thenComparing(Outcome::at);

    private final Catalogue catalogue;
    private final DroppedSeries dropped;

    CheckSeries(Catalogue catalogue, DroppedSeries dropped) {
        this.catalogue = catalogue;
        this.dropped = dropped;
    }

    @Override
    public Rank rank() {
        return Rank.CHECK;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder builder) {
        // a server that is monitored with several roles is one server in the metrics
        snapshot.servers().values().stream()
                .collect(groupingBy(state -> Names.of(state.server()), mapping(ServerState::outcomes, toList())))
                .forEach((labels, roles) -> all(roles, labels, builder));
        for (TargetState state : snapshot.targets().values()) {
            all(List.of(state.outcomes()), Names.of(state.target()), builder);
        }
    }

    private void all(List<PMap<String, Outcome<?>>> roles, Labels labels, SeriesBuilder builder) {
        for (Check<?> check : catalogue.checks()) {
            List<Outcome<?>> outcomes = roles.stream()
                    .flatMap(role -> Stream.<Outcome<?>>ofNullable(role.get(check.name())))
                    .sorted(BEST.reversed())
                    .toList();
            if (!outcomes.isEmpty()) {
                MetricSink sink = builder.under(labels, check.name());
                execution(check.name(), outcomes.getFirst(), sink);
                checkMetrics(check, outcomes, sink);
            }
        }
    }

    private static void execution(String check, Outcome<?> outcome, MetricSink sink) {
        boolean skipped = outcome instanceof Outcome.Skipped<?>;
        sink.gauge(
                "pgvigil_check_skipped",
                "1 if the check is skipped because a requirement is not met, else 0.",
                skipped ? 1 : 0,
                "check",
                check);
        if (!skipped) {
            sink.gauge(
                    "pgvigil_check_success",
                    "1 if the latest execution succeeded, 0 if it failed.",
                    outcome instanceof Outcome.Observed<?> ? 1 : 0,
                    "check",
                    check);
            sink.gauge(
                    "pgvigil_check_duration_seconds",
                    "Duration of the latest execution.",
                    took(outcome).toNanos() / 1e9,
                    "check",
                    check);
        }
        sink.gauge(
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

    @SuppressWarnings("unchecked") // the outcome of a check contains the observation type of that check
    private <O> void checkMetrics(Check<O> check, List<Outcome<?>> bestFirst, MetricSink sink) {
        if (!(bestFirst.getFirst() instanceof Outcome.Observed<?>)) {
            if (bestFirst.getFirst() instanceof Outcome.Failed<?>) {
                check.exportFailure(sink);
            }
            return;
        }
        try {
            bestFirst.stream()
                    .flatMap(CheckSeries::answer)
                    .map(answer -> (O) answer.value())
                    .reduce(check::merge)
                    .ifPresent(value -> check.export(value, sink));
        } catch (RuntimeException broken) {
            dropped.count(DroppedSeries.Cause.ERROR, check.name());
        }
    }

    /** The last observation of a failed check is included in the sum over roles: a counter must not decrease. */
    private static Stream<Outcome.Observed<?>> answer(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Observed<?> observed -> Stream.of(observed);
            case Outcome.Failed<?> failed -> Stream.ofNullable(failed.last());
            case Outcome.Skipped<?> skipped -> Stream.empty();
        };
    }
}
