package dev.pgvigil.check.canary;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.canary.CanaryOptions.CanaryQuery;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.CheckOption;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a row and reads it back, and runs queries with an objective, as an application would. Only where it is configured, into a
 * table that the user has created; pgvigil creates nothing.
 */
@Singleton
public final class Canary implements Check<Canary.Canaries> {

    public static final String NAME = "canary";

    static final Threshold WRITE = Threshold.duration(
            NAME,
            "write",
            Duration.ofSeconds(1),
            "Duration of the write and its commit from which the target is degraded");

    /**
     * A canary.
     *
     * @param name of a query; {@code write} for the write
     * @param tookMs until it was committed, or all rows were read; null: it was not run, or failed
     * @param objectiveMs of a query; null for the write, which has a threshold
     * @param failure what the server said; null: it succeeded
     * @param sqlState of the failure; null: no answer in time
     * @param stale whether another value was read back than was written
     * @param skipped why it is not run; null: it is
     */
    public record Run(
            String name,
            @Nullable Double tookMs,
            @Nullable Double objectiveMs,
            @Nullable String failure,
            @Nullable String sqlState,
            boolean stale,
            @Nullable String skipped) {

        boolean failed() {
            return failure != null;
        }
    }

    /**
     * The canaries of a target.
     *
     * @param write null: none is configured
     * @param queries in the order of the configuration
     */
    public record Canaries(@Nullable Run write, List<Run> queries) {

        static final Canaries NONE = new Canaries(null, List.of());

        public Canaries {
            queries = List.copyOf(queries);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.DATABASE;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofSeconds(30))
                .with(Policy.Deadline.SLOW_STATEMENT)
                .with(new Debounce(2, 3));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(WRITE);
    }

    @Override
    public List<CheckOption<?>> options() {
        return List.of(CanaryOptions.TABLE, CanaryOptions.QUERIES);
    }

    @Override
    public boolean concerns(Target target) {
        return !target.option(CanaryOptions.TABLE).isEmpty()
                || !target.option(CanaryOptions.QUERIES).isEmpty();
    }

    @Override
    public Uni<Canaries> collect(Session session) {
        return Uni.createFrom().item(Canaries.NONE);
    }

    @Override
    public Uni<Canaries> collect(Session session, Target target) {
        String table = target.option(CanaryOptions.TABLE);
        List<CanaryQuery> queries = target.option(CanaryOptions.QUERIES);
        Uni<List<Run>> runs = CanaryRunner.queries(session, queries);
        return table.isEmpty()
                ? runs.map(list -> new Canaries(null, list))
                : runs.flatMap(list ->
                        CanaryRunner.write(session, table, target.name()).map(write -> new Canaries(write, list)));
    }

    @Override
    public List<Finding> evaluate(Canaries now, Previous<Canaries> previous, Target target) {
        return new CanaryFindings(target).all(now);
    }

    @Override
    public void export(Canaries now, MetricSink sink) {
        if (now.write != null) {
            export(now.write, sink);
        }
        now.queries.forEach(run -> export(run, sink));
    }

    private static void export(Run run, MetricSink sink) {
        if (run.skipped != null) {
            return;
        }
        sink.gauge(
                "pgvigil_canary_success",
                "1 if the latest run of the canary succeeded and read what it wrote, else 0.",
                run.failed() || run.stale ? 0 : 1,
                "canary",
                run.name);
        if (run.tookMs != null) {
            sink.gauge(
                    "pgvigil_canary_duration_seconds",
                    "Duration of the latest run of the canary, if it succeeded.",
                    run.tookMs / 1000,
                    "canary",
                    run.name);
        }
        if (run.objectiveMs != null) {
            sink.gauge(
                    "pgvigil_canary_objective_seconds",
                    "Time within which the query of the canary should end.",
                    run.objectiveMs / 1000,
                    "canary",
                    run.name);
        }
    }
}
