package dev.pgvigil.migration;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.check.RawText;
import dev.pgvigil.migration.MigrationHistory.Runner;
import dev.pgvigil.postgres.Session;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The locks of running tools, as {@code pg_locks} shows them to every role.
 *
 * @param now the server's clock, seconds since the epoch
 */
record ToolLocks(double now, List<Held> held) {

    private static final int MOST = 200;

    // A left join, because the time is wanted also if there is no lock.
    private static final String SQL = """
            select extract(epoch from pg_catalog.clock_timestamp())::float8 as now, l.*
            from (values (1)) one left join (
              select l.locktype, (l.classid::bigint << 32) | l.objid::bigint as key, l.relation::bigint as relation, l.mode,
                l.granted, l.pid, {usename} as usename, {application} as application_name, a.state,
                coalesce(a.wait_event_type = 'Lock', false) as waits,
                coalesce(extract(epoch from pg_catalog.clock_timestamp() - a.state_change), 0)::float8 as seconds
              from pg_catalog.pg_locks l
              join pg_catalog.pg_stat_activity a on a.pid = l.pid and a.backend_type = 'client backend'
              where l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
                and (l.locktype = 'advisory' and l.objsubid = 1
                    and ((l.classid::bigint << 32) | l.objid::bigint) = any ('{{keys}}'::bigint[])
                  or l.locktype = 'relation' and l.relation::bigint = any ('{{relations}}'::bigint[]))
              order by l.granted desc, l.pid
              limit {most}) l on true""".replace("{usename}", RawText.sql("a.usename"))
            .replace("{application}", RawText.sql("a.application_name"))
            .replace("{most}", String.valueOf(MOST));

    /** One lock of a client session. */
    record Held(boolean advisory, long key, @Nullable Long relation, String mode, boolean granted, Runner session) {

        static Held of(Row row) {
            return new Held(
                    row.getString("locktype").equals("advisory"),
                    row.getLong("key") == null ? 0 : row.getLong("key"),
                    row.getLong("relation"),
                    row.getString("mode"),
                    row.getBoolean("granted"),
                    new Runner(
                            row.getInteger("pid"),
                            RawText.of(row, "usename"),
                            RawText.of(row, "application_name"),
                            row.getString("state"),
                            row.getDouble("seconds"),
                            row.getBoolean("waits")));
        }
    }

    private record Line(double now, @Nullable Held held) {

        static Line of(Row row) {
            return new Line(row.getDouble("now"), row.getString("locktype") == null ? null : Held.of(row));
        }
    }

    /** Queries the locks that belong to these histories. */
    static Uni<ToolLocks> query(Session session, List<HistoryReading> readings) {
        Set<Long> keys = new HashSet<>();
        Set<Long> relations = new HashSet<>();
        for (HistoryReading reading : readings) {
            keys.addAll(reading.tool().advisoryKeys(reading.table()));
            if (!reading.tool().lockModes().isEmpty()) {
                relations.add(reading.table().oid());
            }
        }
        return session.rows(SQL.replace("{keys}", list(keys)).replace("{relations}", list(relations)), Line::of)
                .map(ToolLocks::of);
    }

    private static ToolLocks of(List<Line> lines) {
        return new ToolLocks(
                lines.getFirst().now,
                lines.stream().flatMap(line -> Stream.ofNullable(line.held())).toList());
    }

    private static String list(Set<Long> numbers) {
        return numbers.stream().sorted().map(String::valueOf).collect(joining(","));
    }

    /** The session that holds a tool's lock; null: none. */
    @Nullable
    Runner runner(HistoryReading reading) {
        return held.stream()
                .filter(lock -> lock.granted && belongs(lock, reading))
                .map(Held::session)
                .findFirst()
                .orElse(null);
    }

    /** The number of sessions that wait for a tool's lock. */
    int waiting(HistoryReading reading) {
        return (int) held.stream()
                .filter(lock -> !lock.granted && belongs(lock, reading))
                .count();
    }

    private static boolean belongs(Held lock, HistoryReading reading) {
        return lock.advisory
                ? reading.tool().advisoryKeys(reading.table()).contains(lock.key)
                : lock.relation != null
                        && lock.relation == reading.table().oid()
                        && reading.tool().lockModes().contains(lock.mode);
    }
}
