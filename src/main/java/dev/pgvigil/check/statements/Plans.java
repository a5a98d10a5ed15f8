package dev.pgvigil.check.statements;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.CounterDeltas.Counters;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.OffByDefault;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.statements.PlanTracker.Answer;
import dev.pgvigil.check.statements.StatementPlans.Access;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The generic plans of the statements that take most time, and whether a changed plan made one slower. Off unless configured. Plans
 * come from the function that the grants of level 2 create: nothing is executed, and pgvigil needs no privilege on a table.
 */
@Singleton
public final class Plans implements Check<StatementPlans>, OffByDefault {

    public static final String NAME = "plans";

    static final Threshold FLIP_FACTOR = Threshold.count(
            NAME,
            "flip-factor",
            2,
            "Mean time with the new plan over that with the old one from which it is a finding");
    static final Threshold FLIP_SHARE = Threshold.ratio(
            NAME,
            "flip-share",
            0.01,
            "Share of the time of the database's statements that a new plan must take in addition to be a finding");
    static final Threshold FLIP_DEGRADED = Threshold.ratio(
            NAME,
            "flip-degraded",
            0.2,
            "Share of the time of the database's statements that new plans take in addition, from which the target is "
                    + "degraded");

    private static final int TEXT_BYTES = 8_000;
    private static final int PLAN_BYTES = 250_000;

    private static final String ACCESS = """
            select o.rolsuper or not f.prosecdef as unsafe,
              pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_function_privilege(f.oid, 'execute') as granted,
              pg_catalog.pg_has_role(o.oid, 'pg_write_all_data', 'usage') as writes,
              (select pg_catalog.sum(pg_catalog.hashtext(s.nspname || coalesce(s.nspacl::text, '')))
                from pg_catalog.pg_namespace s where s.nspname !~ '^pg_(toast_)?temp_')::text as schemas
            from pg_catalog.pg_proc f join pg_catalog.pg_namespace n on n.oid = f.pronamespace
              join pg_catalog.pg_roles o on o.oid = f.proowner
            where n.nspname = 'pgvigil' and f.proname = 'generic_plans' and f.pronargs = 1
              and f.proargtypes[0] = 'pg_catalog.int8[]'::pg_catalog.regtype""";

    private static final String COUNTERS = """
            select s.queryid, sum(s.calls)::float8 as calls, sum(s.total_exec_time)::float8 as ms
            from {schema}.pg_stat_statements(false) s
            where s.toplevel and s.queryid is not null
              and s.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
              and s.userid <> pg_catalog.to_regrole(pg_catalog.quote_ident(session_user::text))::oid
            group by s.queryid order by ms desc limit 500""";

    private static final String PLANS = """
            select p.id, {query} as query, {plan} as plan, p.error, p.refused
            from pgvigil.generic_plans('{{ids}}'::int8[]) p""".replace("{query}", RawText.sql("p.query", TEXT_BYTES))
            .replace("{plan}", RawText.sql("p.plan", PLAN_BYTES));

    /** @param schemas changes with the privileges on schemas */
    private record Granted(boolean unsafe, boolean granted, boolean writes, String schemas) {}

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
        return Policy.every(Duration.ofMinutes(10)).with(Policy.Priority.LOW).with(Policy.Deadline.SLOW_STATEMENT);
    }

    @Override
    public Requirements requirements() {
        return Requirements.preloaded("pg_stat_statements");
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(FLIP_FACTOR, FLIP_SHARE, FLIP_DEGRADED);
    }

    @Override
    public Uni<StatementPlans> collect(Session session) {
        return session.rows(ACCESS, Plans::granted).flatMap(found -> {
            Access access = access(found);
            return access == Access.GRANTED
                    ? collect(session, found.getFirst())
                    : Uni.createFrom().item(StatementPlans.without(access));
        });
    }

    private static Access access(List<Granted> found) {
        if (found.isEmpty() || !found.getFirst().granted) {
            return Access.MISSING;
        }
        return found.getFirst().unsafe ? Access.UNSAFE : Access.GRANTED;
    }

    private static Uni<StatementPlans> collect(Session session, Granted access) {
        PlanTracker tracker = session.memory(PlanTracker::new);
        tracker.privileges(access.writes, access.schemas);
        return StatementsQuery.of(session).flatMap(query -> {
            if (!query.installed().since(9)) {
                throw new FailureException(Failure.of(
                        Failure.Reason.UNSUPPORTED,
                        "the extension pg_stat_statements " + query.installed().version() + " in database "
                                + session.database() + " is too old: alter extension pg_stat_statements update"));
            }
            Instant at = query.installed().at();
            String counters = COUNTERS.replace(
                    "{schema}", Sql.identifier(query.installed().schema()));
            return session.rows(counters, Plans::counters)
                    .flatMap(rows -> answers(session, tracker.advance(at, rows)))
                    .map(answers -> {
                        tracker.planned(at, answers);
                        return tracker.plans(at, access.writes);
                    });
        });
    }

    private static Uni<List<Answer>> answers(Session session, List<Long> wanted) {
        if (wanted.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        String ids = wanted.stream().map(String::valueOf).collect(Collectors.joining(","));
        return session.rows(PLANS.replace("{ids}", ids), Plans::answer);
    }

    private static Granted granted(Row row) {
        return new Granted(
                row.getBoolean("unsafe"),
                row.getBoolean("granted"),
                row.getBoolean("writes"),
                row.getString("schemas"));
    }

    private static Counters<Long> counters(Row row) {
        return new Counters<>(row.getLong("queryid"), new double[] {row.getDouble("calls"), row.getDouble("ms")}, null);
    }

    private static Answer answer(Row row) {
        return new Answer(
                row.getLong("id"),
                RawText.of(row, "query"),
                RawText.of(row, "plan"),
                row.getString("error"),
                row.getString("refused"));
    }

    @Override
    public List<Finding> evaluate(StatementPlans now, Previous<StatementPlans> previous, Target target) {
        return new PlanFindings(now, target).all();
    }

    @Override
    public void export(StatementPlans now, MetricSink sink) {
        if (now.access() != Access.GRANTED) {
            return;
        }
        sink.gauge("pgvigil_plans_known", "Statements whose plan is known.", (double) now.planned());
        sink.gauge("pgvigil_plans_failed", "Statements that could not be planned.", (double) now.statements().stream()
                .filter(one -> one.error() != null || one.refused() != null)
                .count());
        sink.counter(
                "pgvigil_plan_changes_total", "Changes of plans, counted while pgvigil monitors the database.", (double)
                        now.changes());
        sink.gauge(
                "pgvigil_plans_slower",
                "Statements that take at least twice as long since their plan changed, and 1 % of all time in addition.",
                (double) now.statements().stream()
                        .filter(one -> PlanFindings.flipped(one, FLIP_FACTOR.standard(), FLIP_SHARE.standard()))
                        .count());
    }
}
