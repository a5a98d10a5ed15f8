package dev.pgvigil.check.statements;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.CheckFailure;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.statements.StatementStatistics.Order;
import dev.pgvigil.check.statements.StatementStatistics.Totals;
import dev.pgvigil.check.statements.StatementTracker.Pass;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.CheckOption;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The statements that take a server's time, from the counters of {@code pg_stat_statements}: read without texts, compared with the
 * collection before, never reset.
 */
@Singleton
public final class Statements implements Check<StatementStatistics> {

    public static final String NAME = "statements";

    static final Threshold EVICTIONS = Threshold.count(
            NAME,
            "evictions",
            12,
            "Times in an hour that pg_stat_statements evicts statements to make room that are a finding");

    static final Threshold REGRESSION_FACTOR = Threshold.count(
            NAME, "regression-factor", 2, "Mean time of a statement over its baseline from which it is a regression");
    static final Threshold REGRESSION_INTERVALS = Threshold.count(
            NAME, "regression-intervals", 12, "Intervals of five runs that a baseline needs before it is judged by");
    static final Threshold REGRESSION_SHARE = Threshold.ratio(
            NAME,
            "regression-share",
            0.01,
            "Share of the time of all statements that a regression must take in addition to be a finding");
    static final Threshold REGRESSION_DEGRADED = Threshold.ratio(
            NAME,
            "regression-degraded",
            0.2,
            "Share of the time of all statements that regressions take in addition, from which the target is degraded");

    static final CheckOption<List<QueryClass>> CLASSES = new CheckOption<>(
            NAME,
            "classes",
            "Classes of statements by table, comment tag or pattern, each with thresholds of its own",
            List.of(),
            QueryClassReader::read);

    /** Runs that make an interval of a statement's history: five minutes. */
    private static final int RUNS = 5;

    /** Statements with series of their own. */
    private static final int SERIES = 20;

    private final int runs;
    private final StatementTexts.Pause pause;

    public Statements() {
        this(RUNS, StatementTexts.Pause.STANDARD);
    }

    /** @param runs that make an interval of a statement's history */
    Statements(int runs, StatementTexts.Pause pause) {
        this.runs = runs;
        this.pause = pause;
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
        return Policy.every(Duration.ofMinutes(1));
    }

    @Override
    public Requirements requirements() {
        return Requirements.preloaded("pg_stat_statements");
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(EVICTIONS, REGRESSION_FACTOR, REGRESSION_INTERVALS, REGRESSION_SHARE, REGRESSION_DEGRADED);
    }

    @Override
    public List<CheckOption<?>> options() {
        return List.of(CLASSES);
    }

    @Override
    public Uni<StatementStatistics> collect(Session session) {
        StatementTracker tracker = session.memory(budget -> new StatementTracker(runs, pause, budget));
        return StatementsQuery.of(session)
                .flatMap(query -> query.info()
                        .flatMap(info -> query.counters()
                                .flatMap(rows -> session.compute(() -> tracker.advance(query.installed(), info, rows))))
                        .flatMap(pass -> texts(tracker, query, pass)
                                .chain(() -> query.names(pass.keys()))
                                .flatMap(names -> RunningStatement.of(session)
                                        .flatMap(running -> session.compute(
                                                () -> tracker.statistics(pass, names, running, session.database()))))));
    }

    /** Reads the texts of statements that are shown for the first time. */
    private static Uni<Void> texts(StatementTracker tracker, StatementsQuery query, Pass pass) {
        long began = System.nanoTime();
        Set<Long> wanted = tracker.texts.wanted(pass.keys(), began);
        if (wanted.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return query.texts(wanted)
                .onItem()
                .invoke(texts -> {
                    texts.forEach(text -> tracker.texts.put(text.dbid(), text.queryid(), text.query()));
                    tracker.texts.read(began, System.nanoTime());
                })
                .onFailure()
                .invoke(thrown -> tracker.texts.failed(began, System.nanoTime(), timedOut(thrown)))
                // The run after a timeout has a session and a deadline of its own. Any other failure, such as a text
                // that cannot
                // be decoded, leaves a gap in the list.
                .onFailure(thrown -> !timedOut(thrown))
                .recoverWithItem(List.of())
                .replaceWithVoid();
    }

    private static boolean timedOut(Throwable thrown) {
        return thrown instanceof FailureException known && known.failure().reason() == Failure.Reason.TIMEOUT;
    }

    @Override
    public List<Finding> evaluate(StatementStatistics now, Previous<StatementStatistics> previous, Target target) {
        StatementFindings findings = new StatementFindings(now, target);
        StatementAdvice advice = new StatementAdvice(now, target);
        return Stream.of(
                        findings.untracked(),
                        findings.evictions(),
                        findings.regression(),
                        advice.spill(),
                        advice.manyRows(),
                        advice.planning(),
                        advice.nPlusOne())
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public List<Finding> evaluateFailure(Failure failure, Target target) {
        Finding finding = CheckFailure.of(NAME, failure, target);
        return List.of(
                failure.reason() == Failure.Reason.PERMISSION
                        ? finding.cause("The extension is in a schema that pgvigil's role may not use.")
                                .action(
                                        "Grant USAGE on the schema of the extension pg_stat_statements, and EXECUTE on its "
                                                + "functions, to "
                                                + target.server().user() + ".")
                        : finding);
    }

    @Override
    public void export(StatementStatistics now, MetricSink sink) {
        totals(now.counted(), sink);
        sink.gauge("pgvigil_statements_entries", "Statements that pg_stat_statements counts.", (double) now.entries());
        if (now.maxEntries() != null) {
            sink.gauge("pgvigil_statements_max_entries", "The most statements that pg_stat_statements counts.", (double)
                    now.maxEntries());
        }
        if (now.evictions() != null) {
            sink.gauge(
                    "pgvigil_statements_evictions",
                    "Times in the last hour that pg_stat_statements evicted statements to make room.",
                    (double) now.evictions());
        }
        sink.gauge("pgvigil_statements_slower", "Statements that take at least twice their baseline.", (double)
                now.slower().stream()
                        .filter(one -> one.factor() >= REGRESSION_FACTOR.standard()
                                && one.z() >= StatementFindings.SIGNIFICANT
                                && one.baselineIntervals() >= REGRESSION_INTERVALS.standard())
                        .count());
        Set<String> seen = new HashSet<>();
        now.top().stream()
                .filter(one ->
                        one.topBy().contains(Order.TOTAL_TIME) || one.topBy().contains(Order.IO))
                .filter(one -> seen.add(one.datname() + " " + one.usename() + " " + one.queryid() + one.toplevel()))
                .limit(SERIES)
                .forEach(one -> statement(one, sink));
    }

    private static void totals(Totals all, MetricSink sink) {
        sink.counter(
                "pgvigil_statements_calls_total",
                "Executions of statements, counted while pgvigil reads the server.",
                (double) all.calls());
        sink.counter(
                "pgvigil_statements_exec_seconds_total",
                "Execution time of statements, counted while pgvigil reads the server.",
                all.execMs() / 1000);
        sink.counter(
                "pgvigil_statements_rows_total",
                "Rows that statements returned or changed, counted while pgvigil reads the server.",
                (double) all.rows());
        sink.counter(
                "pgvigil_statements_shared_blks_hit_total",
                "Blocks that statements found in shared buffers, counted while pgvigil reads the server.",
                (double) all.sharedBlksHit());
        sink.counter(
                "pgvigil_statements_shared_blks_read_total",
                "Blocks that statements read into shared buffers, counted while pgvigil reads the server.",
                (double) all.sharedBlksRead());
        sink.counter(
                "pgvigil_statements_temp_blks_written_total",
                "Temporary blocks that statements wrote, counted while pgvigil reads the server.",
                (double) all.tempBlksWritten());
        sink.counter(
                "pgvigil_statements_wal_bytes_total",
                "WAL that statements generated, counted while pgvigil reads the server.",
                (double) all.walBytes());
    }

    private static void statement(StatementUsage one, MetricSink sink) {
        String[] labels = {
            "datname",
            one.datname() == null ? "" : one.datname(),
            "usename",
            one.usename() == null ? "" : one.usename(),
            "queryid",
            one.queryid(),
            "toplevel",
            String.valueOf(one.toplevel())
        };
        String first = " of the statements that take most time or I/O.";
        sink.counter("pgvigil_statement_calls_total", "Executions" + first, (double) one.callsTotal(), labels);
        sink.counter(
                "pgvigil_statement_exec_seconds_total", "Execution time" + first, one.totalMsTotal() / 1000, labels);
        sink.counter("pgvigil_statement_rows_total", "Rows" + first, (double) one.rowsTotal(), labels);
        sink.counter(
                "pgvigil_statement_shared_blks_read_total",
                "Blocks read into shared buffers" + first,
                (double) one.sharedBlksReadTotal(),
                labels);
        sink.counter(
                "pgvigil_statement_temp_blks_written_total",
                "Temporary blocks written" + first,
                (double) one.tempBlksWrittenTotal(),
                labels);
    }
}
