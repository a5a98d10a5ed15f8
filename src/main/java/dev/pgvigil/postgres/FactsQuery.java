package dev.pgvigil.postgres;

import static java.util.stream.Collectors.toMap;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;
import java.util.Map;

/** Asks a server what it is and what our role may do there. */
final class FactsQuery {

    static final String SQL = """
            select current_setting('server_version_num')::int,
                   current_setting('server_version'),
                   pg_catalog.pg_is_in_recovery(),
                   pg_catalog.pg_postmaster_start_time(),
                   r.rolsuper,
                   pg_catalog.pg_has_role('pg_monitor', 'usage'),
                   coalesce((select pg_catalog.pg_has_role(p.oid, 'usage') from pg_catalog.pg_roles p
                             where p.rolname = 'pg_use_reserved_connections'), false),
                   coalesce((select json_object_agg(extname, extversion) from pg_catalog.pg_extension), '{}')::text,
                   (select json_object_agg(name, setting) from pg_catalog.pg_settings where name in (
                        'max_connections', 'superuser_reserved_connections', 'reserved_connections',
                        'shared_preload_libraries', 'track_activities', 'track_activity_query_size',
                        'track_counts', 'track_io_timing', 'compute_query_id'))::text,
                   (extract(epoch from clock_timestamp() - statement_timestamp()) * 1000000)::bigint
            from pg_catalog.pg_roles r
            where r.rolname = current_user""";

    private FactsQuery() {}

    static ServerFacts read(Row row) {
        return new ServerFacts(
                row.getInteger(0),
                row.getString(1),
                row.getBoolean(2) ? Role.REPLICA : Role.PRIMARY,
                row.get(OffsetDateTime.class, 3).toInstant(),
                row.getBoolean(4),
                row.getBoolean(5),
                row.getBoolean(6),
                texts(row.getString(7)),
                texts(row.getString(8)));
    }

    /** How long the server has been at it. */
    static long serverNanos(Row row) {
        return row.getLong(9) * 1000;
    }

    private static Map<String, String> texts(String json) {
        return new JsonObject(json)
                .stream().collect(toMap(Map.Entry::getKey, entry -> String.valueOf(entry.getValue())));
    }
}
