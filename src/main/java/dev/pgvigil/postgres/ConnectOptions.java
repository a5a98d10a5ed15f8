package dev.pgvigil.postgres;

import io.vertx.core.tracing.TracingPolicy;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** What the driver is told for a connection: where, as whom, how encrypted, and the settings that keep it harmless. */
final class ConnectOptions {

    private ConnectOptions() {}

    static PgConnectOptions of(Server server, String database, Deadlines deadlines, Duration statement, boolean tls) {
        PgConnectOptions options = new PgConnectOptions()
                .setHost(server.host())
                .setPort(server.port())
                .setUser(server.user())
                .setDatabase(database)
                .setCachePreparedStatements(false)
                .setPipeliningLimit(16);
        options.setConnectTimeout((int) deadlines.connect().toMillis());
        // Spans are made by hand, one per pass: the driver's own would each be a root.
        options.setTracingPolicy(TracingPolicy.IGNORE);
        if (server.password() != null) {
            options.setPassword(server.password().value());
        }
        options.setProperties(settings(deadlines, statement));
        return tls ? encrypted(options, server.tls()) : options.setSslMode(SslMode.DISABLE);
    }

    private static Map<String, String> settings(Deadlines deadlines, Duration statement) {
        Map<String, String> settings = new HashMap<>(PgConnectOptions.DEFAULT_PROPERTIES);
        settings.put("application_name", "pgvigil");
        settings.put("default_transaction_read_only", "on");
        settings.put("lock_timeout", milliseconds(deadlines.lock()));
        settings.put("statement_timeout", milliseconds(statement));
        settings.put("idle_in_transaction_session_timeout", milliseconds(statement.plus(statement)));
        // If this process or its network vanishes, the server rids itself of the session.
        settings.put("idle_session_timeout", milliseconds(deadlines.idle()));
        settings.put("max_parallel_workers_per_gather", "0");
        settings.put("jit", "off");
        settings.put("search_path", "pg_catalog");
        settings.put("TimeZone", "UTC");
        return settings;
    }

    private static String milliseconds(Duration duration) {
        return Long.toString(duration.toMillis());
    }

    /** As in libpq, any mode verifies the chain if there is something to verify it against. */
    private static PgConnectOptions encrypted(PgConnectOptions options, Tls tls) {
        options.setSsl(true);
        if (tls.client() != null) {
            options.setKeyCertOptions(tls.client().made());
        }
        if (tls.trust() == null) {
            options.setTrustAll(true);
            return options.setSslMode(SslMode.REQUIRE);
        }
        boolean hostName = tls.mode() == Tls.Mode.VERIFY_FULL;
        options.setTrustOptions(tls.trust().made());
        options.setHostnameVerificationAlgorithm(hostName ? "HTTPS" : "");
        return options.setSslMode(hostName ? SslMode.VERIFY_FULL : SslMode.VERIFY_CA);
    }
}
