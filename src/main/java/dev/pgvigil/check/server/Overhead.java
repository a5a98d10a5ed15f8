package dev.pgvigil.check.server;

import static dev.pgvigil.check.HumanFormat.percent;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.OverheadBudget;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The cost of pgvigil's own statements on a server, against its budget. Sends the server nothing. */
@Singleton
public final class Overhead implements Check<ConnectionState> {

    public static final String NAME = OverheadBudget.CHECK;

    /** The factor from which checks run too rarely to find problems in time. */
    static final Threshold STRETCH =
            Threshold.count(NAME, "stretch", 4, "Factor of stretching that raises the severity of the finding");

    private static final String COSTLIEST = """
            select calls, total_exec_time, mean_exec_time, query from pg_stat_statements \
            where userid = quote_ident(current_user)::regrole \
            order by total_exec_time desc limit 10""";

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
        return Policy.every(Duration.ofSeconds(10)).with(Policy.Priority.LOCAL);
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(OverheadBudget.RATIO, STRETCH);
    }

    @Override
    public Uni<ConnectionState> collect(Session session) {
        return Uni.createFrom().item(session::connectionState);
    }

    @Override
    public List<Finding> evaluate(ConnectionState now, Previous<ConnectionState> previous, Target target) {
        double budget = target.thresholds().of(OverheadBudget.RATIO);
        boolean over = now.overheadRatio() > budget;
        List<Finding> findings = new ArrayList<>();
        if (over) {
            findings.add(over(now, previous, budget));
        }
        if (now.stretch() > 1) {
            findings.add(stretched(now, budget, target.thresholds().of(STRETCH)));
        }
        return findings;
    }

    @Override
    public ConnectionState merge(ConnectionState newer, ConnectionState older) {
        return newer.plus(older);
    }

    @Override
    public void export(ConnectionState now, MetricSink sink) {
        sink.gauge(
                "pgvigil_overhead_ratio",
                "Execution time of pgvigil's statements and connects in the last minute, divided by one minute.",
                now.overheadRatio());
        sink.gauge(
                "pgvigil_overhead_stretch_ratio",
                "Factor by which the intervals of checks are stretched.",
                now.stretch());
        sink.counter(
                "pgvigil_overhead_seconds_total",
                "Execution time of pgvigil's statements and connects.",
                now.statementSeconds());
        sink.counter("pgvigil_overhead_statements_total", "Statements sent by pgvigil.", (double) now.statements());
    }

    private static Finding over(ConnectionState now, Previous<ConnectionState> previous, double budget) {
        return Finding.of(
                        NAME,
                        "budget",
                        Status.HEALTHY,
                        Severity.MEDIUM,
                        "pgvigil costs more than its budget",
                        "pgvigil's own statements and connects took %s of one backend's time in the last minute%s"
                                .formatted(percent(now.overheadRatio()), each(now, previous.value())))
                .threshold("at most " + percent(budget))
                .evidence(List.of(row(now)))
                .cause("The server is slow because it is busy or short of I/O, or it has very many sessions, locks or "
                        + "databases. pg_stat_statements shows which statement costs most.")
                .action(
                        "None at once: intervals are stretched until the budget is kept. If the finding stays, find the "
                                + "costliest statement, and lengthen the interval of that check or raise overhead.budget.")
                .expectedEffect("pgvigil keeps its budget without seeing problems later.")
                .sql(COSTLIEST);
    }

    private static Finding stretched(ConnectionState now, double budget, double most) {
        boolean much = now.stretch() >= most;
        return Finding.of(
                        NAME,
                        "stretch",
                        much ? Status.DEGRADED : Status.HEALTHY,
                        much ? Severity.MEDIUM : Severity.LOW,
                        "checks run less often than configured",
                        "Intervals are stretched by the factor %s; pgvigil's own statements take %s of one backend's time"
                                .formatted(HumanFormat.number(now.stretch()), percent(now.overheadRatio())))
                .threshold(
                        "degraded from a factor of " + HumanFormat.number(most) + "; the budget is " + percent(budget))
                .evidence(List.of(row(now)))
                .cause("At the configured intervals pgvigil would cost more than its budget.")
                .action(
                        "Intervals return to normal automatically when the statements become cheaper. Until then problems "
                                + "are found later.")
                .sql(COSTLIEST);
    }

    /** The average time of a statement since the previous observation; empty if none was sent. */
    private static String each(ConnectionState now, @Nullable ConnectionState before) {
        long statements = before == null ? 0 : now.statements() - before.statements();
        if (before == null || statements <= 0) {
            return "";
        }
        double milliseconds = (now.statementSeconds() - before.statementSeconds()) / statements * 1000;
        return "; since the previous observation %s ms for each of %s"
                .formatted(HumanFormat.number(milliseconds), HumanFormat.count(statements, "statement"));
    }

    private static Map<String, Object> row(ConnectionState now) {
        return EvidenceRow.of(
                "overhead_ratio", now.overheadRatio(),
                "stretch", now.stretch(),
                "statement_seconds", now.statementSeconds(),
                "statements", now.statements(),
                "connections", now.open());
    }
}
