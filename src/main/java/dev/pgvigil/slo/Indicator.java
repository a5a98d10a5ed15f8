package dev.pgvigil.slo;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.MetricSource;
import dev.pgvigil.check.ReplayLag;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is measured. Pure: the second of a target follows from the snapshot. */
enum Indicator {
    /** The latest heartbeat was answered. */
    AVAILABILITY,
    /** The latest heartbeat was answered within the threshold. */
    LATENCY,
    /** The query of a check that ended last succeeded. */
    QUERY_SUCCESS,
    /** The data of a standby is at most as old as the threshold. */
    REPLICATION_FRESHNESS,
    /** A metric of a configured query is within its bound. */
    CUSTOM_SQL;

    /** A result of a check counts until three further ones should have come. */
    private static final int MISSED = 3;

    /** Whether it compares with a threshold. */
    boolean hasThreshold() {
        return standard() != null;
    }

    /** The threshold unless configured otherwise; null: it has none. */
    @Nullable
    Duration standard() {
        return switch (this) {
            case AVAILABILITY, QUERY_SUCCESS, CUSTOM_SQL -> null;
            case LATENCY -> Duration.ofMillis(200);
            case REPLICATION_FRESHNESS -> Duration.ofSeconds(30);
        };
    }

    /** The time between two measurements of a target; empty: the check that measures it is switched off. */
    Optional<Duration> interval(Target target, Catalogue catalogue, @Nullable MetricGoal goal) {
        return switch (this) {
            case AVAILABILITY, LATENCY -> interval(HeartbeatResult.CHECK, target, catalogue);
            case REPLICATION_FRESHNESS -> interval(ReplayLag.CHECK, target, catalogue);
            case QUERY_SUCCESS ->
                catalogue.names().stream()
                        .filter(check -> !check.equals(HeartbeatResult.CHECK))
                        .flatMap(check -> interval(check, target, catalogue).stream())
                        .min(Comparator.naturalOrder());
            case CUSTOM_SQL ->
                goal == null
                        ? Optional.empty()
                        : interval(MetricSource.CHECK, target, catalogue)
                                .flatMap(tick -> catalogue.check(MetricSource.CHECK) instanceof MetricSource source
                                        ? source.interval(target, goal.metric()).map(every -> longer(every, tick))
                                        : Optional.empty());
        };
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    private static Optional<Duration> interval(String name, Target target, Catalogue catalogue) {
        if (!catalogue.names().contains(name) || !target.runs(name)) {
            return Optional.empty();
        }
        Check<?> check = catalogue.check(name);
        return Optional.of(target.interval(name, check.policy().interval()));
    }

    /**
     * What this second is for a target of an objective.
     *
     * @param interval time between two measurements
     */
    static Second of(Slo slo, TargetState state, Snapshot snapshot, Duration interval, Instant now) {
        ServerState server = snapshot.serverOf(state);
        Duration bound = longer(interval.multipliedBy(MISSED), snapshot.staleAfter());
        Duration threshold = slo.threshold();
        return switch (slo.indicator()) {
            case AVAILABILITY ->
                current(server.outcome(state, HeartbeatResult.CHECK), snapshot.staleAfter(), now)
                        .map(Indicator::answered)
                        .orElse(Second.UNKNOWN);
            case LATENCY ->
                current(server.outcome(state, HeartbeatResult.CHECK), snapshot.staleAfter(), now)
                        .map(beat -> fast(beat, threshold))
                        .orElse(Second.UNKNOWN);
            case REPLICATION_FRESHNESS ->
                current(server.outcome(state, ReplayLag.CHECK), bound, now)
                        .map(replication -> fresh(replication, threshold))
                        .orElse(Second.UNKNOWN);
            case QUERY_SUCCESS ->
                latestQuery(server, state)
                        .flatMap(query -> current(query, bound, now))
                        .map(Indicator::answered)
                        .orElse(Second.UNKNOWN);
            case CUSTOM_SQL ->
                current(server.outcome(state, MetricSource.CHECK), bound, now)
                        .map(readings -> within(readings, slo.goal(), bound, now))
                        .orElse(Second.UNKNOWN);
        };
    }

    /** A query that fails, or does not run in this database, says nothing about its metric. */
    private static Second within(Outcome<?> outcome, @Nullable MetricGoal goal, Duration bound, Instant now) {
        if (!(outcome instanceof Outcome.Observed<?> observed)
                || !(observed.value() instanceof MetricSource.Readings readings)
                || goal == null) {
            return Second.UNKNOWN;
        }
        double since = Duration.between(observed.at(), now).toMillis() / 1e3;
        return readings.reading(goal.metric())
                .filter(reading -> reading.ageSeconds() + since <= bound.toMillis() / 1e3)
                .map(goal::of)
                .orElse(Second.UNKNOWN);
    }

    private static Optional<Outcome<?>> current(@Nullable Outcome<?> outcome, Duration bound, Instant now) {
        return Optional.<Outcome<?>>ofNullable(outcome)
                .filter(one -> Duration.between(one.at(), now).compareTo(bound) <= 0);
    }

    private static Second answered(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Observed<?> _ -> Second.GOOD;
            case Outcome.Failed<?> failed -> failed.failure().reason() == Reason.LOCAL ? Second.UNKNOWN : Second.BAD;
            case Outcome.Skipped<?> _ -> Second.UNKNOWN;
        };
    }

    private static Second fast(Outcome<?> outcome, @Nullable Duration threshold) {
        return outcome instanceof Outcome.Observed<?> observed
                        && observed.value() instanceof HeartbeatResult beat
                        && threshold != null
                        && beat.responseTimeMs() > threshold.toMillis()
                ? Second.BAD
                : answered(outcome);
    }

    private static Second fresh(Outcome<?> outcome, @Nullable Duration threshold) {
        if (!(outcome instanceof Outcome.Observed<?> observed)
                || !(observed.value() instanceof ReplayLag lag)
                || threshold == null) {
            return Second.UNKNOWN;
        }
        Double seconds = lag.replayLagSeconds();
        if (!lag.replays()) {
            return Second.GOOD;
        }
        return seconds == null ? Second.UNKNOWN : seconds > threshold.toMillis() / 1e3 ? Second.BAD : Second.GOOD;
    }

    /** A missing grant or feature says nothing about how well the server answers. */
    private static Optional<Outcome<?>> latestQuery(ServerState server, TargetState state) {
        return Stream.concat(server.outcomes().keySet().stream(), state.outcomes().keySet().stream())
                .filter(check -> !check.equals(HeartbeatResult.CHECK))
                .flatMap(check -> Stream.<Outcome<?>>ofNullable(server.outcome(state, check)))
                .filter(Indicator::isQuery)
                .max(Comparator.comparing(Outcome::at));
    }

    private static boolean isQuery(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Observed<?> _ -> true;
            case Outcome.Failed<?> failed ->
                switch (failed.failure().reason()) {
                    case PERMISSION, UNSUPPORTED -> false;
                    case CONNECT, CAPACITY, AUTH, TLS, TIMEOUT, QUERY, LOCAL -> true;
                };
            case Outcome.Skipped<?> _ -> false;
        };
    }
}
