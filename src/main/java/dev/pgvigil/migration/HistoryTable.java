package dev.pgvigil.migration;

import dev.pgvigil.postgres.Sql;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A table whose name is that of a tool's history, before it is known whether it is one.
 *
 * @param utf8 whether the schema's name can be sent to the server
 * @param columns types by name
 * @param companions the other known tables of its schema, by name
 * @param readable whether pgvigil's role may read it
 * @param locked whether a session holds or awaits an {@code AccessExclusiveLock} on it
 * @param rows estimated number of rows
 */
record HistoryTable(
        String database,
        String schema,
        String name,
        long oid,
        boolean utf8,
        Map<String, String> columns,
        Map<String, HistoryTable> companions,
        boolean readable,
        boolean locked,
        long rows) {

    HistoryTable {
        columns = Map.copyOf(columns);
        companions = Map.copyOf(companions);
    }

    HistoryTable beside(Map<String, HistoryTable> tables) {
        return new HistoryTable(database, schema, name, oid, utf8, columns, tables, readable, locked, rows);
    }

    boolean has(String... names) {
        return columns.keySet().containsAll(Set.of(names));
    }

    boolean hasOnly(String... names) {
        return columns.keySet().equals(Set.of(names));
    }

    /** {@code "public"."schema_migrations"}. */
    String qualified() {
        return Sql.identifier(schema) + "." + Sql.identifier(name);
    }

    /** A companion as {@link #qualified}; null if there is none. */
    @Nullable
    String companion(String table) {
        HistoryTable found = companions.get(table);
        return found == null ? null : found.qualified();
    }

    /** {@code public.schema_migrations}. */
    String shown() {
        return schema + "." + name;
    }
}
