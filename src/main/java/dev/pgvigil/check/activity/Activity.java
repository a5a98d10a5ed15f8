package dev.pgvigil.check.activity;

import dev.pgvigil.check.QueryText;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.Session;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The clients' sessions that are not idle, and whatever waits for a lock: longest transaction first. Read once in a pass
 * and shared by the checks that need it.
 *
 * @param backends at most {@value #MOST}
 * @param total how many there are
 * @param lockWaits how many of these wait for a lock
 */
public record Activity(List<Backend> backends, long total, long lockWaits) {

    /** The most sessions that are read. */
    static final int MOST = 500;

    // The function under pg_stat_activity: the view's joins cost twice as much as the rest. The text of a session may
    // be
    // in the encoding of another database, where left() fails on what is no UTF-8, so it is cut and sent as bytes.
    private static final String SQL = """
            select s.pid, s.leader_pid, d.datname::text as datname,
              pg_catalog.pg_get_userbyid(s.usesysid)::text as usename, s.application_name, s.backend_type, s.state,
              extract(epoch from pg_catalog.clock_timestamp() - s.xact_start)::float8 as transaction_seconds,
              extract(epoch from pg_catalog.clock_timestamp() - s.query_start)::float8 as query_seconds,
              extract(epoch from pg_catalog.clock_timestamp() - s.state_change)::float8 as state_seconds,
              greatest(pg_catalog.age(s.backend_xid), pg_catalog.age(s.backend_xmin)) as horizon,
              pg_catalog.count(*) over () as total,
              pg_catalog.count(*) filter (where s.wait_event_type = 'Lock') over () as lock_waits,
              {query} as query
            from pg_catalog.pg_stat_get_activity(null) s
            left join pg_catalog.pg_database d on d.oid = s.datid
            where (s.backend_type = 'client backend' and s.state <> 'idle' or s.wait_event_type = 'Lock')
              and s.pid <> pg_catalog.pg_backend_pid()
            order by s.xact_start, s.pid
            limit %s""".formatted(MOST);

    private static final Activity NONE = new Activity(List.of(), 0, 0);

    private static final String TEXT = "pg_catalog.substring(pg_catalog.textsend(s.query), 1, 1000)";
    private static final String NO_TEXT = "null::bytea";

    /** character_not_in_repertoire, untranslatable_character. */
    private static final Set<String> UNREADABLE = Set.of("22021", "22P05");

    /**
     * One session.
     *
     * @param leader pid of the session that a parallel worker works for
     * @param state as PostgreSQL calls it; empty where there is none
     * @param transactionSeconds age of its transaction; 0 without one
     * @param querySeconds time since its latest statement began
     * @param stateSeconds time in its present state
     * @param horizon age in transactions of the oldest it may still see; 0 where it holds back nothing
     * @param query its latest statement without values; null where it cannot be read
     */
    public record Backend(
            int pid,
            @Nullable Integer leader,
            @Nullable String datname,
            @Nullable String usename,
            String applicationName,
            String backendType,
            String state,
            double transactionSeconds,
            double querySeconds,
            double stateSeconds,
            long horizon,
            @Nullable String query) {

        boolean active() {
            return state.equals("active") || state.equals("fastpath function call");
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
        return session.once(
                "activity", () -> withTexts(session, SQL, Activity::line).map(Activity::of));
    }

    private static Activity of(List<Line> lines) {
        return lines.isEmpty()
                ? NONE
                : new Activity(
                        lines.stream().map(Line::backend).toList(), lines.getFirst().total, lines.getFirst().lockWaits);
    }

    /** Whether those are all. */
    public boolean complete() {
        return backends.size() >= total;
    }

    /**
     * Asks with the queries' texts and, where one of them is in an encoding that the server cannot send, again without.
     *
     * @param sql with {@code {query}} in the place of the text of session {@code s}; see {@link #query}
     */
    public static <T> Uni<List<T>> withTexts(Session session, String sql, Function<Row, T> mapping) {
        return session.rows(sql.replace("{query}", TEXT), mapping)
                .onFailure(Activity::unreadable)
                .recoverWithUni(() -> session.rows(sql.replace("{query}", NO_TEXT), mapping));
    }

    private static boolean unreadable(Throwable failure) {
        return failure instanceof FailureException known
                && known.failure().sqlState() != null
                && UNREADABLE.contains(known.failure().sqlState());
    }

    /** The column {@code query} without values. */
    public static @Nullable String query(Row row) {
        Buffer bytes = row.getBuffer("query");
        return bytes == null ? null : QueryText.normalised(bytes.toString(StandardCharsets.UTF_8));
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
                row.getString("datname"),
                row.getString("usename"),
                text(row, "application_name"),
                text(row, "backend_type"),
                text(row, "state"),
                seconds(row, "transaction_seconds"),
                seconds(row, "query_seconds"),
                seconds(row, "state_seconds"),
                horizon == null ? 0 : horizon,
                query(row));
    }
}
