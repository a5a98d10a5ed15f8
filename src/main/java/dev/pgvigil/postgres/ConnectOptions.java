package dev.pgvigil.postgres;

import io.vertx.core.net.TrustOptions;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The driver's options for a connection: address, user, TLS and settings. */
public final class ConnectOptions {

    private ConnectOptions() {}

    static PgConnectOptions of(
            Server server,
            String database,
            Duration connect,
            Map<String, String> settings,
            boolean tls,
            Consumer<List<X509Certificate>> received) {
        PgConnectOptions options = new PgConnectOptions()
                .setHost(server.host())
                .setPort(server.port())
                .setUser(server.user())
                .setDatabase(database)
                .setCachePreparedStatements(false)
                .setPipeliningLimit(16);
        options.setConnectTimeout((int) connect.toMillis());
        // Spans creates the spans: each of the driver's own would be a root.
        options.setTracingPolicy(TracingPolicy.IGNORE);
        // Without a password the driver uses a default. StartupGuard ends the attempt before either is sent.
        options.setPassword(server.password() == null ? "" : server.password().value());
        options.setProperties(settings);
        return tls ? encrypted(options, server.tls(), received) : options.setSslMode(SslMode.DISABLE);
    }

    /**
     * For the pool of a database that is pgvigil's own. TLS is as the mode says; {@code allow} is {@code prefer}. Channel binding is not
     * demanded.
     */
    public static PgConnectOptions pooled(
            Server server, String database, Duration connect, Map<String, String> settings) {
        Tls.Mode mode = server.tls().mode();
        PgConnectOptions options = of(server, database, connect, settings, mode != Tls.Mode.DISABLE, ignored -> {});
        return mode == Tls.Mode.PREFER || mode == Tls.Mode.ALLOW ? options.setSslMode(SslMode.PREFER) : options;
    }

    /** As in libpq, any mode verifies the chain if there is something to verify it against. */
    private static PgConnectOptions encrypted(
            PgConnectOptions options, Tls tls, Consumer<List<X509Certificate>> received) {
        options.setSsl(true);
        if (tls.client() != null) {
            options.setKeyCertOptions(tls.client().value());
        }
        // CertificateVerifier verifies the host name: Java's rules differ from libpq's.
        options.setHostnameVerificationAlgorithm("");
        if (tls.trust() == null) {
            options.setTrustAll(true);
            return options.setSslMode(SslMode.REQUIRE);
        }
        String name = tls.mode() == Tls.Mode.VERIFY_FULL ? options.getHost() : null;
        options.setTrustOptions(
                TrustOptions.wrap(new CertificateVerifier(tls.trust().value(), name, received)));
        return options.setSslMode(SslMode.VERIFY_CA);
    }
}
