package dev.pgvigil.check.activity;

import dev.pgvigil.check.QueryText;
import dev.pgvigil.check.RawText;
import dev.pgvigil.postgres.Session;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The clients' sessions that are not idle, and all processes that wait for a lock: longest transaction first. Read once and
 * shared by the checks that run together.
 *
 * @param backends at most {@value #MOST}
 * @param total how many there are
 * @param lockWaits how many of these wait for a lock
 */
public record Activity(List<Backend> backends, long total, long lockWaits) {

    /** The most sessions that are read. */
    static final int MOST = 500;

    /**
     * The columns that identify session {@code s} of database {@code d}, and its latest statement; read by {@link #datname},
     * {@link #query}.
     */
    static final String IDENTITY = """
            %s as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding, %s as usename,
              s.application_name, s.backend_type, s.state, %s as query""".formatted(
                    RawText.sql("d.datname"),
                    RawText.sql("pg_catalog.pg_get_userbyid(s.usesysid)"),
                    RawText.sql("s.query", 1000));

    // The function under pg_stat_activity: the joins of the view cost twice as much as the rest.
    private static final String SQL = """
            select s.pid, s.leader_pid, {identity},
              extract(epoch from pg_catalog.clock_timestamp() - s.xact_start)::float8 as transaction_seconds,
              extract(epoch from pg_catalog.clock_timestamp() - s.query_start)::float8 as query_seconds,
              extract(epoch from pg_catalog.clock_timestamp() - s.state_change)::float8 as state_seconds,
              greatest(pg_catalog.age(s.backend_xid), pg_catalog.age(s.backend_xmin)) as horizon,
              coalesce(s.wait_event_type = 'Lock' and s.wait_event = 'advisory', false) as waits_for_advisory,
              pg_catalog.count(*) over () as total,
              pg_catalog.count(*) filter (where s.wait_event_type = 'Lock') over () as lock_waits
            from pg_catalog.pg_stat_get_activity(null) s
            left join pg_catalog.pg_database d on d.oid = s.datid
            where (s.backend_type = 'client backend' and s.state <> 'idle' or s.wait_event_type = 'Lock')
              and s.pid <> pg_catalog.pg_backend_pid()
            order by s.xact_start, s.pid
            limit %s""".replace("{identity}", IDENTITY).formatted(MOST);

    private static final Activity NONE = new Activity(List.of(), 0, 0);

    /**
     * One session.
     *
     * @param leader pid of the session that a parallel worker works for
     * @param state in PostgreSQL's words; empty if there is none; {@code disabled}: track_activities is off for it, and neither
     *     state nor ages are known
     * @param waitsForAdvisory whether it waits for an advisory lock
     * @param transactionSeconds age of its transaction; 0 without one
     * @param querySeconds time since its latest statement began
     * @param stateSeconds time in its present state
     * @param horizon age in transactions of the oldest transaction it may still see; 0 if it holds back nothing
     * @param query its latest statement without values; null if pgvigil may not see it
     */
    public record Backend(
            int pid,
            @Nullable Integer leader,
            @Nullable String datname,
            @Nullable String usename,
            String applicationName,
            String backendType,
            String state,
            boolean waitsForAdvisory,
            double transactionSeconds,
            double querySeconds,
            double stateSeconds,
            long horizon,
            @Nullable String query) {

        boolean active() {
            return state.equals("active") || state.equals("fastpath function call");
        }

        /** Whether the server does not record its activity (track_activities is off). */
        boolean untracked() {
            return state.equals("disabled");
        }

        boolean idleInTransaction() {
            return state.startsWith("idle in transaction");
        }
    }

    private record Line(Backend backend, long total, long lockWaits) {}

    public Activity {
        backends = List.copyOf(backends);
    }

    public static Uni<Activity> of(Session session) {
        return session.once("activity", () -> session.rows(SQL, Activity::line).map(Activity::of));
    }

    private static Activity of(List<Line> lines) {
        return lines.isEmpty()
                ? NONE
                : new Activity(
                        lines.stream().map(Line::backend).toList(), lines.getFirst().total, lines.getFirst().lockWaits);
    }

    /** Whether these are all of them. */
    public boolean complete() {
        return backends.size() >= total;
    }

    /** The session's latest statement without values; null if it has none that pgvigil may see. */
    static @Nullable String query(Row row) {
        String text = RawText.of(row, "query", row.getString("encoding"));
        return text == null ? null : QueryText.normalised(text);
    }

    static @Nullable String datname(Row row) {
        return RawText.of(row, "datname", row.getString("encoding"));
    }

    public static double seconds(Row row, String column) {
        Double seconds = row.getDouble(column);
        return seconds == null ? 0 : Math.max(0, Math.round(seconds * 1000) / 1000.0);
    }

    public static String text(Row row, String column) {
        String text = row.getString(column);
        return text == null ? "" : text;
    }

    private static Line line(Row row) {
        return new Line(backend(row), row.getLong("total"), row.getLong("lock_waits"));
    }

    private static Backend backend(Row row) {
        Long horizon = row.getLong("horizon");
        return new Backend(
                row.getInteger("pid"),
                row.getInteger("leader_pid"),
                datname(row),
                RawText.of(row, "usename"),
                text(row, "application_name"),
                text(row, "backend_type"),
                text(row, "state"),
                row.getBoolean("waits_for_advisory"),
                seconds(row, "transaction_seconds"),
                seconds(row, "query_seconds"),
                seconds(row, "state_seconds"),
                horizon == null ? 0 : horizon,
                query(row));
    }
}
