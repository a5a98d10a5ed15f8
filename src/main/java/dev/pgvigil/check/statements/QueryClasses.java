package dev.pgvigil.check.statements;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.CounterDeltas.Counters;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.statements.ClassUsage.Usage;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The classes of statements that are configured for a database, each against its own thresholds. */
@Singleton
public final class QueryClasses implements Check<ClassUsage> {

    public static final String NAME = "query-classes";

    /** Statements of one database that are read. */
    private static final int MOST = 5_000;

    /** The shortest interval by which the calls a minute are judged. */
    private static final double LEAST_SECONDS = 5;

    private static final String COUNTERS = """
            select s.queryid, sum(s.calls)::float8 as calls, sum(s.total_exec_time)::float8 as ms, sum(s.rows)::float8 as rows
            from {schema}.pg_stat_statements(false) s
            where s.queryid is not null and {toplevel}
              and s.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
              and s.userid <> pg_catalog.to_regrole(pg_catalog.quote_ident(session_user::text))::oid
            group by s.queryid order by ms desc limit\s""" + MOST;

    private final StatementTexts.Pause pause;

    public QueryClasses() {
        this(StatementTexts.Pause.STANDARD);
    }

    QueryClasses(StatementTexts.Pause pause) {
        this.pause = pause;
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
        return Policy.every(Duration.ofMinutes(1)).with(new Debounce(2, 3));
    }

    @Override
    public Requirements requirements() {
        return Requirements.preloaded("pg_stat_statements");
    }

    @Override
    public boolean concerns(Target target) {
        return !target.option(Statements.CLASSES).isEmpty();
    }

    @Override
    public Uni<ClassUsage> collect(Session session) {
        return collect(session, List.of());
    }

    @Override
    public Uni<ClassUsage> collect(Session session, Target target) {
        return collect(session, target.option(Statements.CLASSES));
    }

    private Uni<ClassUsage> collect(Session session, List<QueryClass> classes) {
        ClassTracker tracker = session.memory(budget -> new ClassTracker(pause, budget));
        tracker.configured(classes);
        return StatementsQuery.of(session).flatMap(query -> {
            Instant at = query.installed().at();
            String counters = COUNTERS.replace(
                            "{schema}", Sql.identifier(query.installed().schema()))
                    .replace("{toplevel}", query.installed().since(9) ? "s.toplevel" : "true");
            return session.rows(counters, QueryClasses::counters)
                    .flatMap(rows -> texts(tracker, query, rows)
                            .map(texts -> tracker.advance(at, rows, texts, rows.size() < MOST)));
        });
    }

    private static Uni<Map<Long, String>> texts(
            ClassTracker tracker, StatementsQuery query, List<Counters<Long>> rows) {
        long began = System.nanoTime();
        Set<Long> unread = tracker.unread(rows, began);
        if (unread.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        return query.texts(unread)
                .map(found -> {
                    tracker.read(began, System.nanoTime());
                    Map<Long, String> texts = new HashMap<>();
                    found.forEach(text -> texts.put(text.queryid(), text.query()));
                    return texts;
                })
                .onFailure()
                .invoke(thrown -> tracker.failed(began, System.nanoTime(), timedOut(thrown)))
                .onFailure(thrown -> !timedOut(thrown))
                .recoverWithItem(Map.of());
    }

    private static boolean timedOut(Throwable thrown) {
        return thrown instanceof FailureException known && known.failure().reason() == Failure.Reason.TIMEOUT;
    }

    private static Counters<Long> counters(Row row) {
        return new Counters<>(
                row.getLong("queryid"),
                new double[] {row.getDouble("calls"), row.getDouble("ms"), row.getDouble("rows")},
                null);
    }

    @Override
    public List<Finding> evaluate(ClassUsage now, Previous<ClassUsage> previous, Target target) {
        List<Finding> findings = new ArrayList<>();
        if (now.intervalSeconds() < LEAST_SECONDS) {
            return findings;
        }
        for (QueryClass one : target.option(Statements.CLASSES)) {
            now.classes().stream()
                    .filter(usage -> usage.name().equals(one.name()))
                    .findFirst()
                    .ifPresent(usage -> {
                        addSlow(one, usage, findings);
                        addFew(one, usage, now, findings);
                    });
        }
        return findings;
    }

    private static void addSlow(QueryClass one, Usage usage, List<Finding> findings) {
        Double mean = usage.meanMs();
        boolean unhealthy = reaches(mean, one.meanUnhealthy());
        if (mean == null || !(unhealthy || reaches(mean, one.meanDegraded()))) {
            return;
        }
        findings.add(Finding.of(
                        NAME,
                        "slow/" + one.name(),
                        unhealthy ? Status.UNHEALTHY : Status.DEGRADED,
                        one.severity(),
                        "statements of a class are slow",
                        "%s: %s on average in %s"
                                .formatted(
                                        one.name(),
                                        HumanFormat.milliseconds(mean),
                                        HumanFormat.count(usage.calls(), "call")))
                .threshold(limits(one))
                .evidence(List.of(row(usage)))
                .cause("A statement of the class is slower, or slow ones run more often. The slowest is "
                        + usage.slowest() + ", with " + shown(usage.slowestMeanMs()) + " on average.")
                .action(
                        "Look at the slowest statement among the queries of the database: its baseline, its plan, and what "
                                + "it waits for.")
                .sql("select * from pg_stat_statements where queryid = " + usage.slowest()));
    }

    private static void addFew(QueryClass one, Usage usage, ClassUsage now, List<Finding> findings) {
        Long least = one.leastCalls();
        double minutely = usage.calls() * 60 / now.intervalSeconds();
        // A statement whose text is not read yet may belong to it.
        if (least == null || minutely >= least || now.unread() > 0 || !now.complete()) {
            return;
        }
        findings.add(Finding.of(
                        NAME,
                        "few/" + one.name(),
                        Status.DEGRADED,
                        one.severity(),
                        "statements of a class run seldom",
                        "%s: %s in %s"
                                .formatted(
                                        one.name(),
                                        HumanFormat.count(usage.calls(), "call"),
                                        HumanFormat.seconds(now.intervalSeconds())))
                .threshold("from " + least + " a minute")
                .evidence(List.of(row(usage)))
                .cause(
                        "The application does not reach the database or does not work, or there is less to do than usual.")
                .action(
                        "Look at the application: its errors, its pool, its last release. If there is less to do at this "
                                + "time, lower least-calls."));
    }

    private static boolean reaches(@Nullable Double mean, @Nullable Double limit) {
        return mean != null && limit != null && mean >= limit;
    }

    private static String limits(QueryClass one) {
        return HumanFormat.list(
                one.meanDegraded() == null ? null : "degraded from " + HumanFormat.milliseconds(one.meanDegraded()),
                one.meanUnhealthy() == null ? null : "unhealthy from " + HumanFormat.milliseconds(one.meanUnhealthy()));
    }

    private static String shown(@Nullable Double milliseconds) {
        return milliseconds == null ? HumanFormat.UNKNOWN : HumanFormat.milliseconds(milliseconds);
    }

    private static Map<String, Object> row(Usage usage) {
        return EvidenceRow.of(
                "class", usage.name(),
                "calls", usage.calls(),
                "mean_ms", usage.meanMs(),
                "statements", usage.statements(),
                "queryid", usage.slowest(),
                "slowest_mean_ms", usage.slowestMeanMs());
    }

    @Override
    public void export(ClassUsage now, MetricSink sink) {
        for (Usage usage : now.classes()) {
            String[] labels = {"class", usage.name()};
            sink.counter(
                    "pgvigil_query_class_calls_total",
                    "Executions of the statements of a class, counted while pgvigil monitors the database.",
                    (double) usage.callsTotal(),
                    labels);
            sink.counter(
                    "pgvigil_query_class_exec_seconds_total",
                    "Execution time of the statements of a class, counted while pgvigil monitors the database.",
                    usage.totalMsTotal() / 1000,
                    labels);
            sink.counter(
                    "pgvigil_query_class_rows_total",
                    "Rows that the statements of a class returned or changed, counted while pgvigil monitors the database.",
                    (double) usage.rowsTotal(),
                    labels);
        }
    }
}
