package dev.pgvigil.migration;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.check.RawText;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the tables of a database that have the name of a history, by the index of {@code pg_class} on names. */
final class HistoryTables {

    /** Tables that are looked at, histories and companions. */
    static final int MOST = 300;

    private static final String SQL = """
            with exclusive as (
              select relation from pg_catalog.pg_locks
              where locktype = 'relation' and mode = 'AccessExclusiveLock'
                and database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
            select {schema} as nspname, c.relname::text as relname, c.oid::bigint as oid,
              coalesce(pg_catalog.has_schema_privilege(n.oid, 'usage')
                and pg_catalog.has_table_privilege(c.oid, 'select'), false) as readable,
              c.oid in (select relation from exclusive) as locked,
              greatest(c.reltuples::bigint, pg_catalog.pg_stat_get_live_tuples(c.oid), 0) as rows,
              (select pg_catalog.string_agg(a.attname || ' ' || pg_catalog.format_type(a.atttypid, null), E'\\n')
                from pg_catalog.pg_attribute a
                where a.attrelid = c.oid and a.attnum between 1 and 40 and not a.attisdropped) as columns
            from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where c.relname in ({names}) and c.relkind in ('r', 'p')
              and pg_catalog.left(n.nspname::text, 3) <> 'pg_' and n.nspname <> 'information_schema'
            order by n.nspname, c.relname
            limit\s""".replace("{schema}", RawText.sql("n.nspname")) + MOST;

    private HistoryTables() {}

    /** All tables with these names, with their companions. */
    static Uni<List<HistoryTable>> query(Session session, Collection<String> names) {
        String listed = names.stream().sorted().map(name -> Sql.literal(name)).collect(joining(", "));
        return session.rows(SQL.replace("{names}", listed), row -> table(row, session.database()))
                .map(HistoryTables::related);
    }

    private static HistoryTable table(Row row, String database) {
        Map<String, String> columns = new HashMap<>();
        String listed = row.getString("columns");
        if (listed != null) {
            listed.lines().forEach(column -> {
                int space = column.indexOf(' ');
                if (space > 0) {
                    columns.put(column.substring(0, space), column.substring(space + 1));
                }
            });
        }
        return new HistoryTable(
                database,
                String.valueOf(RawText.of(row, "nspname")),
                row.getString("relname"),
                row.getLong("oid"),
                RawText.isUtf8(row, "nspname"),
                columns,
                Map.of(),
                row.getBoolean("readable"),
                row.getBoolean("locked"),
                row.getLong("rows"));
    }

    private static List<HistoryTable> related(List<HistoryTable> tables) {
        Map<String, Map<String, HistoryTable>> schemas = new HashMap<>();
        tables.forEach(table -> schemas.computeIfAbsent(table.schema(), schema -> new HashMap<>())
                .put(table.name(), table));
        return tables.stream()
                .map(table -> table.beside(schemas.getOrDefault(table.schema(), Map.of())))
                .toList();
    }
}
