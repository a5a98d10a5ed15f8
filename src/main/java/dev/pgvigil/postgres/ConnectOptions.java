package dev.pgvigil.postgres;

import io.vertx.core.net.TrustOptions;
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
        // Without one the driver has a default. The guard ends the attempt before it or this would be sent.
        options.setPassword(server.password() == null ? "" : server.password().value());
        options.setProperties(settings);
        return tls ? encrypted(options, server.tls()) : options.setSslMode(SslMode.DISABLE);
    }

    /** As in libpq, any mode verifies the chain if there is something to verify it against. */
    private static PgConnectOptions encrypted(PgConnectOptions options, Tls tls) {
        options.setSsl(true);
        if (tls.client() != null) {
            options.setKeyCertOptions(tls.client().made());
        }
        // The host name is verified by the verifier too: Java's own rules are not libpq's.
        options.setHostnameVerificationAlgorithm("");
        if (tls.trust() == null) {
            options.setTrustAll(true);
            return options.setSslMode(SslMode.REQUIRE);
        }
        String name = tls.mode() == Tls.Mode.VERIFY_FULL ? options.getHost() : null;
        options.setTrustOptions(
                TrustOptions.wrap(new CertificateVerifier(tls.trust().made(), name)));
        return options.setSslMode(SslMode.VERIFY_CA);
    }
}
