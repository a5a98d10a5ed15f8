package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tables of a database that vacuum should have cleaned or frozen: by each table's own settings. */
@Singleton
public final class Vacuum implements Check<Vacuum.Tables> {

    public static final String NAME = "vacuum";

    static final Threshold FACTOR = Threshold.count(
            NAME, "factor", 2, "Dead rows over the number at which autovacuum starts, from which a table counts");
    static final Threshold DEAD_ROWS =
            Threshold.count(NAME, "dead-rows", 10_000, "Dead rows from which a table counts");
    static final Threshold OVERDUE = Threshold.duration(
            NAME,
            "overdue",
            Duration.ofMinutes(30),
            "How long autovacuum is due for a table before the target is degraded");
    static final Threshold FREEZE = Threshold.count(
            NAME,
            "freeze-percent",
            150,
            "Age of a table in percent of its autovacuum_freeze_max_age, from which a target is degraded");

    /** The tables that are read of each kind. */
    static final int MOST = 20;

    // Only catalogs and statistics are read. A table without options of its own has those of the server; a TOAST table
    // without
    // options of its own has those of its table.
    private static final String TABLES = """
            with s as materialized (
              select pg_catalog.current_setting('autovacuum_vacuum_threshold')::float8 as base,
                pg_catalog.current_setting('autovacuum_vacuum_scale_factor')::float8 as scale,
                {most}::float8 as most,
                pg_catalog.current_setting('autovacuum_freeze_max_age')::float8 as freeze,
                pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::float8 as multixact_freeze),
            t as (
              select c.oid, n.nspname, coalesce(m.relname, c.relname) as relname, c.relkind = 't' as toast,
                greatest(c.reltuples, 0)::float8 as tuples, pg_catalog.pg_stat_get_dead_tuples(c.oid) as dead,
                pg_catalog.pg_stat_get_live_tuples(c.oid) as live,
                pg_catalog.age(c.relfrozenxid)::float8 as age, pg_catalog.mxid_age(c.relminmxid)::float8 as multixact_age,
                case when c.reloptions is null then m.reloptions else c.reloptions end as options
              from pg_catalog.pg_class c
              left join pg_catalog.pg_class m on c.relkind = 't' and m.reltoastrelid = c.oid
              join pg_catalog.pg_namespace n on n.oid = coalesce(m.relnamespace, c.relnamespace)
              where c.relkind in ('r', 'm', 't') and c.relpersistence <> 't'),
            o as (
              select t.*, case when r.enabled is null then true else r.enabled end as enabled,
                coalesce(r.base, s.base) + coalesce(r.scale, s.scale) * t.tuples as uncapped, coalesce(r.most, s.most) as most,
                least(coalesce(r.freeze, s.freeze), s.freeze) as freeze,
                least(coalesce(r.multixact_freeze, s.multixact_freeze), s.multixact_freeze) as multixact_freeze
              from t cross join s
              left join lateral (
                select pg_catalog.bool_and(case when p.option_name = 'autovacuum_enabled' then p.option_value::bool end) as enabled,
                  pg_catalog.max(case when p.option_name = 'autovacuum_vacuum_threshold' then p.option_value::float8 end) as base,
                  pg_catalog.max(case when p.option_name = 'autovacuum_vacuum_scale_factor' then p.option_value::float8 end) as scale,
                  pg_catalog.max(case when p.option_name = 'autovacuum_vacuum_max_threshold' then p.option_value::float8 end) as most,
                  pg_catalog.max(case when p.option_name = 'autovacuum_freeze_max_age' then p.option_value::float8 end) as freeze,
                  pg_catalog.max(case when p.option_name = 'autovacuum_multixact_freeze_max_age'
                    then p.option_value::float8 end) as multixact_freeze
                from pg_catalog.pg_options_to_table(t.options) p) r on t.options is not null),
            d as (
              select o.*, case when o.most >= 0 then least(o.uncapped, o.most) else o.uncapped end as due,
                greatest(o.age / o.freeze, o.multixact_age / o.multixact_freeze) as freeze_ratio
              from o)
            """;

    private static final String COLUMNS = """
            select d.oid::int8 as oid, d.nspname::text as nspname, d.relname::text as relname, d.toast, d.dead, d.live,
              d.due::int8 as due, d.enabled, d.age::int8 as age, d.multixact_age::int8 as multixact_age, d.freeze_ratio,
              extract(epoch from pg_catalog.clock_timestamp()
                - greatest(pg_catalog.pg_stat_get_last_vacuum_time(d.oid),
                    pg_catalog.pg_stat_get_last_autovacuum_time(d.oid)))::float8 as since,
              exists (select from pg_catalog.pg_stat_get_progress_info('VACUUM') p where p.relid = d.oid) as running,
              extract(epoch from pg_catalog.clock_timestamp())::float8 as now,
              pg_catalog.count(*) over () as total from d\s""";

    private static final String DEAD =
            TABLES + COLUMNS + "where d.dead > d.due order by d.dead / (d.due + 1) desc, d.oid limit " + MOST;
    private static final String OLD = TABLES + COLUMNS + "order by d.freeze_ratio desc, d.oid limit " + MOST;

    /**
     * One table.
     *
     * @param toast whether it is the TOAST table of that table
     * @param due the number of dead rows at which autovacuum starts
     * @param enabled autovacuum_enabled
     * @param freezeRatio its age over the age at which autovacuum must freeze it, of transaction or multixact IDs
     * @param vacuumedSecondsAgo since the end of the last vacuum; null: never, since statistics were reset
     * @param dueSeconds how long pgvigil has seen without interruption that autovacuum is due
     */
    public record Table(
            long oid,
            String nspname,
            String relname,
            boolean toast,
            long dead,
            long live,
            long due,
            boolean enabled,
            long age,
            long multixactAge,
            double freezeRatio,
            @Nullable Double vacuumedSecondsAgo,
            boolean running,
            double dueSeconds) {

        String identifier() {
            return Sql.identifier(nspname) + "." + Sql.identifier(relname);
        }

        String label() {
            return nspname + "." + relname + (toast ? " (TOAST)" : "");
        }

        double factor() {
            return dead / Math.max(1.0, (double) due);
        }

        Map<String, Object> row() {
            return EvidenceRow.of(
                    "nspname", nspname,
                    "relname", relname,
                    "toast", toast ? true : null,
                    "dead_rows", dead,
                    "live_rows", live,
                    "autovacuum_at", due,
                    "autovacuum_enabled", enabled,
                    "age", age,
                    "multixact_age", multixactAge,
                    "vacuumed_seconds_ago", vacuumedSecondsAgo,
                    "due_seconds", dueSeconds);
        }

        private Table dueFor(double seconds) {
            return new Table(
                    oid,
                    nspname,
                    relname,
                    toast,
                    dead,
                    live,
                    due,
                    enabled,
                    age,
                    multixactAge,
                    freezeRatio,
                    vacuumedSecondsAgo,
                    running,
                    seconds);
        }
    }

    /**
     * The tables of a database that need vacuum most.
     *
     * @param due those with more dead rows than the number at which autovacuum starts, by how many times; at most {@value #MOST}
     * @param dueTotal how many these are
     * @param oldest those nearest to the age at which they must be frozen; at most {@value #MOST}
     */
    public record Tables(List<Table> due, long dueTotal, List<Table> oldest) {

        public Tables {
            due = List.copyOf(due);
            oldest = List.copyOf(oldest);
        }
    }

    private record Line(Table table, long total, double now) {}

    /** Since when autovacuum has been due for each table; at most {@value #MOST}. */
    private static final class DueSince {

        private Map<Long, Double> first = new HashMap<>();

        Tables add(List<Line> due, List<Line> oldest) {
            Map<Long, Double> next = new HashMap<>();
            List<Table> tables = due.stream()
                    .map(line -> {
                        double since = first.getOrDefault(line.table.oid, line.now);
                        next.put(line.table.oid, since);
                        return line.table.dueFor(Math.round((line.now - since) * 1000) / 1000.0);
                    })
                    .toList();
            first = next;
            return new Tables(
                    tables,
                    due.isEmpty() ? 0 : due.getFirst().total,
                    oldest.stream().map(Line::table).toList());
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
        return Policy.every(Duration.ofMinutes(5)).with(Policy.Priority.LOW);
    }

    /** A standby vacuums nothing, and has no statistics of dead rows. */
    @Override
    public Requirements requirements() {
        return new Requirements(14, ExpectedRole.PRIMARY, null, false);
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(FACTOR, DEAD_ROWS, OVERDUE, FREEZE);
    }

    @Override
    public Uni<Tables> collect(Session session) {
        String most =
                session.facts().major() >= 18 ? "pg_catalog.current_setting('autovacuum_vacuum_max_threshold')" : "-1";
        DueSince since = session.memory(budget -> new DueSince());
        return session.rows(DEAD.replace("{most}", most), Vacuum::line)
                .flatMap(due ->
                        session.rows(OLD.replace("{most}", most), Vacuum::line).map(oldest -> since.add(due, oldest)));
    }

    @Override
    public List<Finding> evaluate(Tables now, Previous<Tables> previous, Target target) {
        VacuumFindings findings = new VacuumFindings(target.thresholds());
        return Stream.of(findings.deadRows(now), findings.disabled(now), findings.freeze(now))
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public void export(Tables now, MetricSink sink) {
        sink.gauge(
                "pgvigil_vacuum_due_tables",
                "Tables with more dead rows than the number at which autovacuum starts.",
                (double) now.dueTotal);
        sink.gauge(
                "pgvigil_vacuum_due_seconds",
                "How long autovacuum has been due for a table, as far as pgvigil has seen; the longest.",
                now.due.stream().mapToDouble(Table::dueSeconds).max().orElse(0));
        sink.gauge(
                "pgvigil_vacuum_dead_rows",
                "Dead rows of the " + MOST + " tables for which autovacuum is most due.",
                (double) now.due.stream().mapToLong(Table::dead).sum());
        sink.gauge(
                "pgvigil_vacuum_freeze_ratio",
                "Age of the table nearest to the age at which autovacuum must freeze it, over that age.",
                now.oldest.stream().mapToDouble(Table::freezeRatio).max().orElse(0));
    }

    private static Line line(Row row) {
        Table table = new Table(
                row.getLong("oid"),
                row.getString("nspname"),
                row.getString("relname"),
                row.getBoolean("toast"),
                row.getLong("dead"),
                row.getLong("live"),
                row.getLong("due"),
                row.getBoolean("enabled"),
                row.getLong("age"),
                row.getLong("multixact_age"),
                row.getDouble("freeze_ratio"),
                row.getDouble("since"),
                row.getBoolean("running"),
                0);
        return new Line(table, row.getLong("total"), row.getDouble("now"));
    }
}
