package dev.pgvigil.postgres;

import static java.util.stream.Collectors.joining;

import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The settings that keep a session harmless and cheap. They are sent at login and then compared with the settings in effect,
 * because a connection pooler may drop them.
 *
 * @param values name, in the server's spelling, to value in the server's base unit
 */
record SessionSettings(Map<String, String> values) {

    private static final String READ_ONLY = "default_transaction_read_only";

    /** Settings with which a login trigger (PostgreSQL 17 and newer) may fail, although it works for other clients. */
    private static final Set<String> AFFECTING_LOGIN_TRIGGERS = Set.of(READ_ONLY, "search_path");

    /** The errors of such a trigger: a write in a read-only transaction; a name that is not found. */
    private static final Set<String> FAILURES_OF_LOGIN_TRIGGERS = Set.of("25006", "42P01", "42883", "42704", "3F000");

    SessionSettings {
        values = Map.copyOf(values);
    }

    static SessionSettings of(Deadlines deadlines, Duration statement) {
        Map<String, String> values = new HashMap<>();
        values.put(READ_ONLY, "on");
        values.put("lock_timeout", milliseconds(deadlines.lock()));
        values.put("statement_timeout", milliseconds(statement));
        values.put("idle_in_transaction_session_timeout", milliseconds(statement.plus(statement)));
        // If this process or its network is gone, the server ends the session.
        values.put("idle_session_timeout", milliseconds(deadlines.idle()));
        values.put("max_parallel_workers_per_gather", "0");
        values.put("jit", "off");
        values.put("search_path", "pg_catalog");
        values.put("TimeZone", "UTC");
        return new SessionSettings(values);
    }

    /**
     * The same for a session that may write: whether its transactions are read-only is left to the server, as for an application.
     */
    SessionSettings writing() {
        Map<String, String> others = new HashMap<>(values);
        others.remove(READ_ONLY);
        return new SessionSettings(others);
    }

    private static String milliseconds(Duration duration) {
        return Long.toString(duration.toMillis());
    }

    /** Whether a login that failed in this way may succeed with {@link #atPlainLogin}. */
    static boolean mayHaveFailedLogin(Failure failure) {
        return failure.sqlState() != null && FAILURES_OF_LOGIN_TRIGGERS.contains(failure.sqlState());
    }

    /** The settings sent at login. */
    Map<String, String> atLogin() {
        Map<String, String> sent = new HashMap<>(PgConnectOptions.DEFAULT_PROPERTIES);
        sent.put("application_name", "pgvigil");
        sent.putAll(values);
        return sent;
    }

    /** The settings sent at login where a login trigger fails with all of them; the others are set afterwards. */
    Map<String, String> atPlainLogin() {
        Map<String, String> sent = atLogin();
        sent.keySet().removeAll(AFFECTING_LOGIN_TRIGGERS);
        return sent;
    }

    /** The settings that have another value in the session, ordered by name. */
    SessionSettings missing(Map<String, String> actual) {
        Map<String, String> missing = new HashMap<>(values);
        missing.entrySet().removeIf(setting -> setting.getValue().equals(actual.get(setting.getKey())));
        return new SessionSettings(missing);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** A message that sets them for the rest of the session. */
    String statement() {
        return sorted().entrySet().stream()
                .map(setting -> "set session " + setting.getKey() + " = "
                        + Sql.literal(setting.getValue()).strip())
                .collect(joining("; "));
    }

    /** The values that the session has instead: {@code statement_timeout is 0, not 500}. */
    String against(Map<String, String> actual) {
        return sorted().entrySet().stream()
                .map(setting -> setting.getKey() + " is " + actual.getOrDefault(setting.getKey(), "not to be seen")
                        + ", not " + setting.getValue())
                .collect(joining("; "));
    }

    private Map<String, String> sorted() {
        return new TreeMap<>(values);
    }
}
