package dev.pgvigil.check.forecast;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Growing;
import dev.pgvigil.check.Growing.Resource;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Latest;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import dev.pgvigil.target.Thresholds;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How fast disks, databases, connections, sequences and identifiers grow, and when they run out. It sends no query: it reads what
 * other checks have observed.
 */
@Singleton
public final class Forecast implements Check<Forecast.Growths> {

    public static final String NAME = "forecast";

    static final Threshold HORIZON = Threshold.duration(
            NAME, "horizon", Duration.ofDays(7), "Time until something runs out, from which it is a finding");
    static final Threshold DEGRADED = Threshold.duration(
            NAME,
            "degraded",
            Duration.ofHours(6),
            "Time until a disk, a sequence or identifiers run out, from which the target is degraded");
    static final Threshold WINDOW = Threshold.duration(
            NAME, "window", Duration.ofHours(1), "How long something must have been seen to forecast it");

    private static final int MOST_SERIES = 30;

    /**
     * The growth of what a server has.
     *
     * @param growths at most 64
     * @param leftOut how many are not kept, because there are more, or because the memory budget is used up
     */
    public record Growths(List<Growth> growths, int leftOut) {

        public Growths {
            growths = List.copyOf(growths);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.SERVER;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofMinutes(5)).with(Policy.Priority.LOCAL).with(new Debounce(2, 3));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(HORIZON, DEGRADED, WINDOW);
    }

    @Override
    public Uni<Growths> collect(Session session) {
        return collect(session, Latest.NONE);
    }

    @Override
    public Uni<Growths> collect(Session session, Latest others) {
        return Uni.createFrom().item(() -> session.memory(GrowthMemory::new).add(others.of(Growing.class)));
    }

    @Override
    public List<Finding> evaluate(Growths now, Previous<Growths> previous, Target target) {
        return Arrays.stream(Resource.values())
                .flatMap(resource -> finding(resource, now, target).stream())
                .toList();
    }

    private static Optional<Finding> finding(Resource resource, Growths now, Target target) {
        Thresholds limits = target.thresholds();
        double window = limits.of(WINDOW);
        List<Growth> soon = now.growths.stream()
                .filter(one -> one.resource() == resource && one.concerns(target.database()))
                .filter(one -> one.seenSeconds() >= window && one.left() <= limits.of(HORIZON))
                .sorted(Comparator.comparingDouble(Growth::left))
                .toList();
        return soon.stream().findFirst().map(first -> {
            boolean degraded = !resource.isCyclic() && first.left() <= limits.of(DEGRADED);
            return Finding.of(
                            NAME,
                            key(resource),
                            degraded ? Status.DEGRADED : Status.HEALTHY,
                            degraded ? Severity.HIGH : Severity.MEDIUM,
                            title(resource),
                            observed(soon, first))
                    .threshold("within %s, degraded within %s; 2 of 3 results"
                            .formatted(
                                    HumanFormat.seconds(limits.of(HORIZON)),
                                    resource.isCyclic() ? "no time" : HumanFormat.seconds(limits.of(DEGRADED))))
                    .evidence(soon.stream()
                            .limit(EvidenceRow.MOST)
                            .map(Growth::row)
                            .toList())
                    .cause(cause(resource))
                    .action(action(resource))
                    .expectedEffect("The resource does not run out.");
        });
    }

    private static String key(Resource resource) {
        return resource.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String observed(List<Growth> soon, Growth first) {
        return "%s: %s of %s, %s more a day, runs out in %s (%s to %s)%s"
                .formatted(
                        first.label(),
                        first.text(first.value()),
                        first.text(Objects.requireNonNullElse(first.limit(), 0.0)),
                        first.text(Objects.requireNonNullElse(first.perDay(), 0.0)),
                        HumanFormat.seconds(first.left()),
                        until(first, first.earliestAt()),
                        until(first, first.latestAt()),
                        soon.size() == 1 ? "" : "; " + (soon.size() - 1) + " more");
    }

    private static String until(Growth growth, @Nullable Instant end) {
        return end == null || growth.runsOutAt() == null
                ? HumanFormat.UNKNOWN
                : HumanFormat.seconds(growth.left()
                        + Duration.between(growth.runsOutAt(), end).toSeconds());
    }

    private static String title(Resource resource) {
        return switch (resource) {
            case DISK -> "the disk will be full";
            case CONNECTIONS -> "connections will run out";
            case SEQUENCE -> "sequences will be used up";
            case TRANSACTION_IDS -> "transaction IDs will run out";
            case MULTIXACT_IDS -> "multixact IDs will run out";
            case DATABASE_SIZE -> "the database grows";
        };
    }

    private static String cause(Resource resource) {
        return switch (resource) {
            case DISK ->
                "Data, WAL, temporary files or logs grow. A full disk stops the server when it cannot write WAL.";
            case CONNECTIONS ->
                "The number of sessions grows from day to day: more instances of applications, larger pools, or connections "
                        + "that are not closed.";
            case SEQUENCE ->
                "Rows are inserted faster than the type of the column allows. When no value is left, each INSERT fails.";
            case TRANSACTION_IDS, MULTIXACT_IDS ->
                "Vacuum does not freeze old rows: a transaction, a replication slot or a prepared transaction holds them, or "
                        + "autovacuum is too slow. At the end the server refuses to write.";
            case DATABASE_SIZE -> "Much is written.";
        };
    }

    private static String action(Resource resource) {
        return switch (resource) {
            case DISK ->
                "Find what grows (see the checks sizes, slots, archiver and temp-files), and make room or enlarge the disk in time.";
            case CONNECTIONS ->
                "Find the application whose sessions grow (see the check connections). Use a connection pooler before max_connections is raised.";
            case SEQUENCE -> "Plan the change of the column to bigint now; the page of the check sequences says how.";
            case TRANSACTION_IDS, MULTIXACT_IDS ->
                "Remove what holds the horizon (see the check xmin-horizon), and let vacuum freeze the oldest tables (see the check "
                        + "wraparound).";
            case DATABASE_SIZE -> "Find the table that grows.";
        };
    }

    @Override
    public void export(Growths now, MetricSink sink) {
        now.growths.stream()
                .sorted(Comparator.comparingDouble(Growth::left))
                .limit(MOST_SERIES)
                .forEach(one -> export(one, sink));
    }

    private static void export(Growth growth, MetricSink sink) {
        String database = growth.database();
        String[] labels = {
            "datname", database == null ? "" : database, "resource", key(growth.resource()), "name", growth.name()
        };
        Double ratio = growth.perDayRatio();
        if (ratio != null) {
            sink.gauge(
                    "pgvigil_forecast_growth_per_day_ratio",
                    "Growth a day over the present value, of at most " + MOST_SERIES + " quantities.",
                    ratio,
                    labels);
        }
        if (growth.runsOutAt() != null) {
            sink.gauge(
                    "pgvigil_forecast_left_seconds",
                    "Time until it runs out if its growth goes on; absent if that cannot be said.",
                    growth.left(),
                    labels);
        }
    }
}
