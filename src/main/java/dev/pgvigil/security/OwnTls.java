package dev.pgvigil.security;

import dev.pgvigil.http.ProblemException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Expressions;
import io.smallrye.config.PropertiesConfigSource;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * TLS on pgvigil's own port, by {@code PGVIGIL_TLS_CERTIFICATE} and {@code PGVIGIL_TLS_KEY}: then the port speaks nothing else. Files that are
 * replaced are used without a restart ({@link TlsFiles}). With {@code PGVIGIL_TLS_CLIENT_CA} a client must present a certificate
 * of those authorities, except for probes: the kubelet has none.
 */
@Singleton
final class OwnTls implements HttpServerOptionsCustomizer {

    /** Their name in Quarkus' TLS registry. */
    static final String REGISTERED = "http";

    static final String CERTIFICATE = "quarkus.tls.http.key-store.pem.0.cert";
    static final String KEY = "quarkus.tls.http.key-store.pem.0.key";
    static final String CLIENT_CA = "quarkus.tls.http.trust-store.pem.certs";

    /** Before anything else looks at the request. */
    private static final int PRIORITY = 940;

    private final boolean demandsCertificates;
    private final AuthFailures failures;

    OwnTls(@ConfigProperty(name = CLIENT_CA) Optional<List<String>> authorities, AuthFailures failures) {
        this.demandsCertificates = authorities.isPresent();
        this.failures = failures;
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        if (demandsCertificates) {
            // One that is not valid ends the handshake; without one, check() says what is missing.
            options.setClientAuth(ClientAuth.REQUEST);
        }
    }

    void register(@Observes Filters filters) {
        if (demandsCertificates) {
            filters.register(this::check, PRIORITY);
        }
    }

    private void check(RoutingContext context) {
        if (PublicPaths.containProbe(String.valueOf(context.request().path())) || presented(context)) {
            context.next();
        } else {
            failures.count(AuthFailures.Reason.CERTIFICATE);
            context.fail(ProblemException.of(403, "this needs a client certificate"));
        }
    }

    private static boolean presented(RoutingContext context) {
        try {
            return !context.request().connection().peerCertificates().isEmpty();
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }

    /** The settings of Quarkus that the variables stand for. */
    public static final class Settings implements ConfigSourceFactory {

        private static final String CERTIFICATE_FILE = "PGVIGIL_TLS_CERTIFICATE";
        private static final String KEY_FILE = "PGVIGIL_TLS_KEY";
        private static final String CLIENT_CA_FILE = "PGVIGIL_TLS_CLIENT_CA";

        // Above application.properties, below the environment.
        private static final int ORDINAL = 275;

        @Override
        public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
            String certificate = value(context, CERTIFICATE_FILE);
            String key = value(context, KEY_FILE);
            String authorities = value(context, CLIENT_CA_FILE);
            if (certificate == null && key == null && authorities == null) {
                return List.of();
            }
            if (certificate == null || key == null) {
                throw new ConfigurationException(
                        "TLS needs " + CERTIFICATE_FILE + " and " + KEY_FILE + ": set both, or none");
            }
            Map<String, String> settings = new HashMap<>(Map.of(
                    "quarkus.http.tls-configuration-name",
                    REGISTERED,
                    "quarkus.http.insecure-requests",
                    "disabled",
                    "quarkus.http.ssl-port",
                    "${quarkus.http.port}",
                    CERTIFICATE,
                    certificate,
                    KEY,
                    key));
            if (authorities != null) {
                settings.put(CLIENT_CA, authorities);
            }
            return List.of(new PropertiesConfigSource(settings, "TLS of pgvigil's port", ORDINAL));
        }

        @Override
        public OptionalInt getPriority() {
            return OptionalInt.of(ORDINAL);
        }

        private static @Nullable String value(ConfigSourceContext context, String name) {
            ConfigValue value = Expressions.withoutExpansion(() -> context.getValue(name));
            String text = value == null ? null : value.getValue();
            return text == null || text.isBlank() ? null : text.strip();
        }
    }
}
