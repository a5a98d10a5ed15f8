package dev.pgvigil.security;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Expressions;
import io.smallrye.config.PropertiesConfigSource;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/** The listen address: {@code PGVIGIL_HOST}; by default all addresses with a token, and loopback without one. */
public final class ListenAddress implements ConfigSourceFactory {

    private static final String HOST = "pgvigil.host";
    // Above application.properties, below the environment.
    private static final int ORDINAL = 275;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        String chosen = value(context, HOST);
        boolean guarded = value(context, TokenSource.VALUE) != null || value(context, TokenSource.FILE) != null;
        String host = chosen != null ? chosen : guarded ? "0.0.0.0" : "127.0.0.1";
        return List.of(
                new PropertiesConfigSource(Map.of("quarkus.http.host", host), "pgvigil listen address", ORDINAL));
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }

    /**
     * Stops the start if other machines could connect without a token.
     *
     * @throws ConfigurationException with the settings to change
     */
    static void requireLoopback(String host) {
        if (!loopback(host)) {
            throw new ConfigurationException("listening on " + host + " needs a token: set PGVIGIL_TOKEN or"
                    + " PGVIGIL_TOKEN_FILE, or leave PGVIGIL_HOST and QUARKUS_HTTP_HOST unset to listen on "
                    + "loopback only");
        }
    }

    private static boolean loopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static @Nullable String value(ConfigSourceContext context, String key) {
        // Without expansion, like the token is read: a token may contain ${…}.
        ConfigValue value = Expressions.withoutExpansion(() -> context.getValue(key));
        return value == null ? null : TokenSource.given(value.getValue());
    }
}
