package dev.pgvigil.check.custom;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.MetricSource;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.custom.CustomQuery.Limit;
import dev.pgvigil.check.custom.Results.Result;
import dev.pgvigil.check.custom.Results.Sample;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.CheckOption;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Queries of the configuration, whose rows become metrics and whose thresholds make findings. A query that fails is a finding
 * of its own and leaves the others alone. Statements run in a read-only transaction with the query's timeout.
 */
@Singleton
public final class CustomSql implements Check<Results>, MetricSource {

    static final String NAME = MetricSource.CHECK;

    static final CheckOption<List<CustomQuery>> QUERIES = new CheckOption<>(
            NAME,
            "queries",
            "Queries by name, in the format of postgres_exporter's queries.yaml",
            List.of(),
            QueriesReader::read);

    static final CheckOption<List<CustomQuery>> FILES = new CheckOption<>(
            NAME, "files", "Files in the format of postgres_exporter's queries.yaml", List.of(), QueriesReader::files);

    private static final Duration TICK = Duration.ofSeconds(5);

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
        return Policy.every(TICK).with(Policy.Priority.LOW).with(Policy.Deadline.SLOW_STATEMENT);
    }

    @Override
    public List<CheckOption<?>> options() {
        return List.of(QUERIES, FILES);
    }

    @Override
    public boolean concerns(Target target) {
        return !queries(target).isEmpty();
    }

    private static List<CustomQuery> queries(Target target) {
        return Stream.concat(target.option(QUERIES).stream(), target.option(FILES).stream())
                .toList();
    }

    @Override
    public Set<String> metrics(Target target) {
        return queries(target).stream()
                .flatMap(query -> query.metrics().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Optional<Duration> interval(Target target, String metric) {
        return queries(target).stream()
                .filter(query -> query.metrics().contains(metric))
                .map(CustomQuery::interval)
                .map(interval -> interval.compareTo(TICK) < 0 ? TICK : interval)
                .findFirst();
    }

    @Override
    public Uni<Results> collect(Session session) {
        return Uni.createFrom().item(new Results(List.of()));
    }

    @Override
    public Uni<Results> collect(Session session, Target target) {
        return QueryRunner.due(session, queries(target));
    }

    @Override
    public List<Finding> evaluate(Results now, Previous<Results> previous, Target target) {
        List<Finding> findings = new ArrayList<>();
        for (CustomQuery query : queries(target)) {
            now.queries().stream()
                    .filter(result -> result.query().equals(query.name()))
                    .findFirst()
                    .ifPresent(result -> {
                        failed(result).ifPresent(findings::add);
                        query.limits().forEach(limit -> exceeded(result, limit).ifPresent(findings::add));
                    });
        }
        return findings;
    }

    private static Optional<Finding> failed(Result result) {
        return result.failure() == null
                ? Optional.empty()
                : Optional.of(Finding.of(
                                NAME,
                                "failed/" + result.query(),
                                Status.HEALTHY,
                                Severity.MEDIUM,
                                "custom query fails",
                                "query " + result.query() + ": " + result.failure())
                        .cause("The statement has a mistake, needs a privilege that pgvigil's role does not have, or "
                                + "takes longer than its timeout.")
                        .action(
                                "Run the statement with psql as pgvigil's role, and correct it, grant the privilege, or "
                                        + "raise checks.custom-sql.queries." + result.query() + ".timeout.")
                        .expectedEffect("The series and thresholds of the query are current again."));
    }

    /** The worst row decides. */
    private static Optional<Finding> exceeded(Result result, Limit limit) {
        List<Sample> worst = result.rows().stream()
                .filter(row -> {
                    Double value = row.values().get(limit.column());
                    return value != null
                            && (limit.exceeds(value, limit.degraded()) || limit.exceeds(value, limit.unhealthy()));
                })
                .sorted(Comparator.comparingDouble((Sample row) -> (limit.above() ? -1 : 1) * value(row, limit)))
                .toList();
        if (worst.isEmpty()) {
            return Optional.empty();
        }
        Sample first = worst.getFirst();
        double value = value(first, limit);
        boolean unhealthy = limit.exceeds(value, limit.unhealthy());
        Finding finding = Finding.of(
                        NAME,
                        "threshold/" + result.query() + "_" + limit.column(),
                        unhealthy ? Status.UNHEALTHY : Status.DEGRADED,
                        unhealthy ? Severity.HIGH : Severity.MEDIUM,
                        result.query() + " " + limit.column(),
                        "%s_%s%s is %s%s"
                                .formatted(
                                        result.query(),
                                        limit.column(),
                                        first.labels().isEmpty()
                                                ? ""
                                                : first.labels().toString(),
                                        HumanFormat.number(value),
                                        worst.size() == 1 ? "" : "; " + worst.size() + " rows cross the threshold"))
                .threshold("%s: degraded %s, unhealthy %s"
                        .formatted(
                                limit.above() ? "above" : "below", shown(limit.degraded()), shown(limit.unhealthy())))
                .evidence(worst.stream()
                        .limit(EvidenceRow.MOST)
                        .map(row -> evidence(row, limit.column()))
                        .toList())
                .cause("The configured query " + result.query() + " returned a value beyond its threshold.");
        return Optional.of(finding.action(
                limit.action() == null ? "See what the query " + result.query() + " measures." : limit.action()));
    }

    private static double value(Sample row, Limit limit) {
        return row.values().getOrDefault(limit.column(), Double.NaN);
    }

    private static String shown(@Nullable Double limit) {
        return limit == null ? "never" : HumanFormat.number(limit);
    }

    private static Map<String, Object> evidence(Sample row, String column) {
        Map<String, Object> evidence = new TreeMap<>(row.labels());
        evidence.put(column, row.values().get(column));
        return evidence;
    }

    @Override
    public void export(Results now, MetricSink sink) {
        MetricSink foreign = sink.foreign();
        for (Result result : now.queries()) {
            if (result.skipped() == null) {
                sink.gauge(
                        "pgvigil_custom_query_success",
                        "1 if the latest run of the custom query succeeded, else 0.",
                        result.failure() == null ? 1 : 0,
                        "query",
                        result.query());
                sink.gauge(
                        "pgvigil_custom_query_duration_seconds",
                        "Duration of the latest run of the custom query.",
                        result.tookSeconds(),
                        "query",
                        result.query());
            }
            QueryRunner.export(result, foreign);
        }
    }
}
