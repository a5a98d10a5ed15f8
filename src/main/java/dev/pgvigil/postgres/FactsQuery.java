package dev.pgvigil.postgres;

import static java.util.stream.Collectors.toMap;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Queries facts about a server, the privileges of pgvigil's role, and the settings in effect in the session. Uses functions
 * where possible, because some hosting providers revoke SELECT on catalogs. What cannot be read is missing from the facts and
 * listed in them.
 */
final class FactsQuery {

    /**
     * An answer.
     *
     * @param session the settings in effect in the session, name to value in the server's base unit
     * @param process the server process of this session
     * @param serverNanos how long the server took
     * @param processNanos how old the server process of this session was when the statement arrived
     */
    record Answer(
            ServerFacts facts,
            Map<String, String> session,
            ServerProcess process,
            long serverNanos,
            long processNanos) {}

    private static final String PERMISSION = "42501";

    private static final String SQL = """
            select pg_catalog.current_setting('server_version_num')::int4 as version_number,
              pg_catalog.quote_literal(pg_catalog.current_setting('server_version'))::bytea as version,
              pg_catalog.pg_is_in_recovery() as standby,
              pg_catalog.pg_postmaster_start_time() as started,
              pg_catalog.current_setting('is_superuser')::bool as superuser,
              pg_catalog.pg_has_role('pg_monitor', 'usage') as monitor,
              coalesce(pg_catalog.pg_has_role(pg_catalog.to_regrole('pg_use_reserved_connections')::pg_catalog.oid, 'usage'),
                false) as reserved,
              {extensions} as extensions,
              pg_catalog.quote_literal(effective.facts::text)::bytea as settings,
              effective.session::text as session,
              (select pg_catalog.string_agg(c, ' ') from pg_catalog.unnest('{pg_roles,pg_settings,pg_extension,pg_database,\
            pg_stat_activity,pg_stat_database,pg_locks,pg_prepared_xacts,pg_class,pg_namespace}'::text[]) c
                where not pg_catalog.has_table_privilege('pg_catalog.' || c, 'select')) as unreadable,
              pg_catalog.pg_backend_pid() as pid,
              own.backend_start::text as backend_start,
              (extract(epoch from pg_catalog.statement_timestamp() - own.backend_start) * 1000000)::int8 as process_micros,
              (extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.statement_timestamp()) * 1000000)::int8 as micros
            from pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) own,
              lateral (select pg_catalog.json_object_agg(s.name, s.setting) filter (where s.name in ({settings})) as facts,
                  pg_catalog.json_object_agg(s.name, s.setting) filter (where s.name in ({session})) as session
                from pg_catalog.pg_show_all_settings() s
                where s.name in ({settings}, {session})) effective""";

    private static final String SETTINGS = """
            'max_connections', 'superuser_reserved_connections', 'reserved_connections', 'shared_preload_libraries', \
            'track_activities', 'track_activity_query_size', 'track_counts', 'track_io_timing', 'compute_query_id'\
            """;

    private static final String EXTENSIONS =
            "(select pg_catalog.json_object_agg(e.extname, e.extversion) from pg_catalog.pg_extension e)::text";

    private FactsQuery() {}

    /** @param wanted the settings to read back from the session */
    static Future<Answer> run(PhysicalConnection physical, Set<String> wanted) {
        return physical.query(sql(EXTENSIONS, wanted))
                .recover(
                        failed -> PERMISSION.equals(FailureClassifier.of(failed).sqlState())
                                ? physical.query(sql("null::text", wanted))
                                : Future.failedFuture(failed))
                .map(rows -> read(rows.iterator().next()));
    }

    private static String sql(String extensions, Set<String> wanted) {
        String names = wanted.stream().map(name -> Sql.literal(name).strip()).collect(Collectors.joining(", "));
        return SQL.replace("{extensions}", extensions)
                .replace("{settings}", SETTINGS)
                .replace("{session}", names);
    }

    private static Answer read(Row row) {
        Instant started = row.get(OffsetDateTime.class, "started").toInstant();
        String unreadable = row.getString("unreadable");
        ServerFacts facts = new ServerFacts(
                row.getInteger("version_number"),
                String.valueOf(text(row, "version")),
                row.getBoolean("standby") ? Role.REPLICA : Role.PRIMARY,
                started,
                row.getBoolean("superuser"),
                row.getBoolean("monitor"),
                row.getBoolean("reserved"),
                texts(row.getString("extensions")),
                texts(text(row, "settings")),
                unreadable == null ? Set.of() : Set.of(unreadable.split(" ")));
        return new Answer(
                facts,
                texts(row.getString("session")),
                new ServerProcess(row.getInteger("pid"), row.getString("backend_start")),
                row.getLong("micros") * 1000,
                row.getLong("process_micros") * 1000);
    }

    /**
     * The text whose literal the column contains as bytes. The server's files may be in any encoding: read in that of the
     * database, a setting could fail the query.
     */
    private static @Nullable String text(Row row, String column) {
        Buffer literal = row.getBuffer(column);
        if (literal == null) {
            return null;
        }
        String quoted = literal.toString(StandardCharsets.UTF_8);
        return quoted.substring(quoted.indexOf('\'') + 1, quoted.length() - 1).replace("''", "'");
    }

    private static Map<String, String> texts(@Nullable String json) {
        return json == null
                ? Map.of()
                : new JsonObject(json)
                        .stream()
                                .collect(toMap(
                                        Map.Entry::getKey,
                                        entry -> String.valueOf(entry.getValue()),
                                        (one, other) -> one,
                                        TreeMap::new));
    }
}
