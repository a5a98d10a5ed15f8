package dev.pgvigil.target;

import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** What the driver is told for a connection: where, as whom, how encrypted, and the settings that keep it harmless. */
final class ConnectOptions {

    private static final Duration ORPHAN = Duration.ofMinutes(2);

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
        options.setProperties(settings(deadlines.lock(), statement));
        return tls ? encrypted(options, server.tls()) : options.setSslMode(SslMode.DISABLE);
    }

    private static Map<String, String> settings(Duration lock, Duration statement) {
        Map<String, String> settings = new HashMap<>(PgConnectOptions.DEFAULT_PROPERTIES);
        settings.put("application_name", "pgvigil");
        settings.put("default_transaction_read_only", "on");
        settings.put("lock_timeout", milliseconds(lock));
        settings.put("statement_timeout", milliseconds(statement));
        settings.put("idle_in_transaction_session_timeout", milliseconds(statement.plus(statement)));
        // If this process or its network vanishes, the server rids itself of the session.
        settings.put("idle_session_timeout", milliseconds(ORPHAN));
        settings.put("max_parallel_workers_per_gather", "0");
        settings.put("jit", "off");
        settings.put("search_path", "pg_catalog");
        settings.put("TimeZone", "UTC");
        return settings;
    }

    private static String milliseconds(Duration duration) {
        return Long.toString(duration.toMillis());
    }

    /** libpq's modes. {@code require} trusts anyone, unless a root certificate is given: then it verifies the chain. */
    private static PgConnectOptions encrypted(PgConnectOptions options, Tls tls) {
        options.setSsl(true);
        Path cert = tls.cert();
        Path key = tls.key();
        if (cert != null && key != null) {
            options.setKeyCertOptions(
                    new PemKeyCertOptions().setCertPath(cert.toString()).setKeyPath(key.toString()));
        }
        return switch (tls.mode()) {
            case DISABLE, ALLOW, PREFER -> unverified(options);
            case REQUIRE -> tls.rootCert() == null ? unverified(options) : verified(options, tls.rootCert(), false);
            case VERIFY_CA -> verified(options, tls.rootCert(), false);
            case VERIFY_FULL -> verified(options, tls.rootCert(), true);
        };
    }

    private static PgConnectOptions unverified(PgConnectOptions options) {
        options.setTrustAll(true);
        return options.setSslMode(SslMode.REQUIRE);
    }

    private static PgConnectOptions verified(PgConnectOptions options, @Nullable Path root, boolean hostName) {
        options.setTrustOptions(
                root == null || root.equals(Tls.SYSTEM)
                        ? platformTrust()
                        : new PemTrustOptions().addCertPath(root.toString()));
        options.setHostnameVerificationAlgorithm(hostName ? "HTTPS" : "");
        return options.setSslMode(hostName ? SslMode.VERIFY_FULL : SslMode.VERIFY_CA);
    }

    private static TrustOptions platformTrust() {
        try {
            TrustManagerFactory platform = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            platform.init((KeyStore) null);
            return TrustOptions.wrap(platform.getTrustManagers()[0]);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform has no trust store", e);
        }
    }
}
