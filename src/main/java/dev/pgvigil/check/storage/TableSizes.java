package dev.pgvigil.check.storage;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The largest tables of a database with their indexes, and how they are used. It has no findings. */
@Singleton
public final class TableSizes implements Check<TableSizes.Tables> {

    public static final String NAME = "table-sizes";

    static final int MOST = 20;

    private static final int MOST_SERIES = 10;

    // The largest are chosen by the pages in the catalog, which costs nothing. A relation that is locked exclusively,
    // or for which
    // somebody waits to do so, keeps the size in the catalog: a size function would wait, and others behind it.
    private static final String SQL = """
            with locked as materialized (
              select array(select l.relation from pg_catalog.pg_lock_status() l
                where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.relation is not null) as oids),
            largest as materialized (
              select c.oid, n.nspname, c.relname, c.reltoastrelid, greatest(c.reltuples, 0)::float8 as tuples
              from pg_catalog.pg_class c
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace
              left join pg_catalog.pg_class t on t.oid = c.reltoastrelid
              where c.relkind in ('r', 'm') and c.relpersistence <> 't'
              order by c.relpages + coalesce(t.relpages, 0) desc, c.oid
              limit {most}),
            parts as (
              select l.oid as relid, l.oid as part, 'heap' as kind from largest l
              union all select l.oid, l.reltoastrelid, 'toast' from largest l where l.reltoastrelid <> 0
              union all select l.oid, i.indexrelid, 'index' from largest l join pg_catalog.pg_index i on i.indrelid = l.oid),
            sized as (
              select p.relid, p.kind, p.part = any (k.oids) as locked,
                case when p.part = any (k.oids) then c.relpages * pg_catalog.current_setting('block_size')::int8
                  else coalesce(pg_catalog.pg_relation_size(p.part), 0) end as bytes
              from parts p cross join locked k join pg_catalog.pg_class c on c.oid = p.part),
            summed as (
              select s.relid, pg_catalog.sum(s.bytes)::int8 as bytes,
                coalesce(pg_catalog.sum(s.bytes) filter (where s.kind = 'index'), 0)::int8 as index_bytes,
                coalesce(pg_catalog.sum(s.bytes) filter (where s.kind = 'toast'), 0)::int8 as toast_bytes,
                pg_catalog.bool_or(s.locked) as locked
              from sized s group by s.relid)
            select l.nspname::text as nspname, l.relname::text as relname, l.tuples, s.bytes, s.index_bytes, s.toast_bytes, s.locked,
              pg_catalog.pg_stat_get_numscans(l.oid) as seq_scans,
              (select coalesce(pg_catalog.sum(pg_catalog.pg_stat_get_numscans(i.indexrelid)), 0)::int8
                from pg_catalog.pg_index i where i.indrelid = l.oid) as index_scans,
              pg_catalog.pg_stat_get_tuples_inserted(l.oid) as inserted, pg_catalog.pg_stat_get_tuples_updated(l.oid) as updated,
              pg_catalog.pg_stat_get_tuples_hot_updated(l.oid) as hot_updated, pg_catalog.pg_stat_get_tuples_deleted(l.oid) as deleted
            from largest l join summed s on s.relid = l.oid
            order by s.bytes desc, l.oid""".replace("{most}", String.valueOf(MOST));

    /**
     * One table.
     *
     * @param rows estimated
     * @param bytes with indexes and TOAST table
     * @param locked whether a part was locked exclusively, so that its size is the one at the last vacuum
     */
    public record Table(
            String schema,
            String name,
            double rows,
            long bytes,
            long indexBytes,
            long toastBytes,
            boolean locked,
            long seqScans,
            long indexScans,
            long inserted,
            long updated,
            long hotUpdated,
            long deleted) {

        /** The share of updates that needed no change of an index; null without updates. */
        @Nullable
        Double hotRatio() {
            return updated <= 0 ? null : hotUpdated / (double) updated;
        }
    }

    /** The largest tables of a database, at most {@value #MOST}. */
    public record Tables(List<Table> tables) {

        public Tables {
            tables = List.copyOf(tables);
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
        return Policy.every(Duration.ofMinutes(60)).with(Policy.Priority.LOW).with(Policy.Deadline.SLOW_STATEMENT);
    }

    @Override
    public Uni<Tables> collect(Session session) {
        return session.rows(SQL, TableSizes::table).map(Tables::new);
    }

    @Override
    public List<Finding> evaluate(Tables now, Previous<Tables> previous, Target target) {
        return List.of();
    }

    @Override
    public void export(Tables now, MetricSink sink) {
        now.tables.stream()
                .limit(MOST_SERIES)
                .forEach(table -> sink.gauge(
                        "pgvigil_table_size_bytes",
                        "Size with indexes and TOAST table of the " + MOST_SERIES + " largest tables.",
                        (double) table.bytes,
                        "schemaname",
                        table.schema,
                        "relname",
                        table.name));
    }

    private static Table table(Row row) {
        return new Table(
                row.getString("nspname"),
                row.getString("relname"),
                row.getDouble("tuples"),
                row.getLong("bytes"),
                row.getLong("index_bytes"),
                row.getLong("toast_bytes"),
                row.getBoolean("locked"),
                row.getLong("seq_scans"),
                row.getLong("index_scans"),
                row.getLong("inserted"),
                row.getLong("updated"),
                row.getLong("hot_updated"),
                row.getLong("deleted"));
    }
}
