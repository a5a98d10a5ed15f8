package dev.pgvigil.postgres;

import io.vertx.core.tracing.TracingPolicy;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.time.Duration;
import java.util.Map;

/** What the driver is told for a connection: where, as whom, how encrypted, and with which settings. */
final class ConnectOptions {

    private ConnectOptions() {}

    static PgConnectOptions of(
            Server server, String database, Duration connect, Map<String, String> settings, boolean tls) {
        PgConnectOptions options = new PgConnectOptions()
                .setHost(server.host())
                .setPort(server.port())
                .setUser(server.user())
                .setDatabase(database)
                .setCachePreparedStatements(false)
                .setPipeliningLimit(16);
        options.setConnectTimeout((int) connect.toMillis());
        // Spans are made by hand, one per pass: the driver's own would each be a root.
        options.setTracingPolicy(TracingPolicy.IGNORE);
        if (server.password() != null) {
            options.setPassword(server.password().value());
        }
        options.setProperties(settings);
        return tls ? encrypted(options, server.tls()) : options.setSslMode(SslMode.DISABLE);
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
