package dev.pgvigil.security;

import dev.pgvigil.http.ProblemException;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Without a token, answers only who calls this machine by its own name: a page from elsewhere whose name was made to
 * point here (DNS rebinding) carries its own.
 */
@Singleton
final class HostGuard {

    private static final int PRIORITY = 900;

    private final TokenProvider keyring;
    private final AuthFailures refused;
    private final Set<String> own;

    HostGuard(TokenProvider keyring, AuthFailures refused, @ConfigProperty(name = "quarkus.http.host") String host) {
        this.keyring = keyring;
        this.refused = refused;
        // Where we listen without a token is loopback too, by whatever name.
        this.own = new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "::1", plain(host)));
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, PRIORITY);
    }

    void check(RoutingContext context) {
        if (keyring.token() != null || own(context.request().authority())) {
            context.next();
        } else {
            refused.count(AuthFailures.Reason.HOST);
            context.fail(ProblemException.of(
                    421, "without a token pgvigil answers to " + String.join(", ", own) + " only; set PGVIGIL_TOKEN"));
        }
    }

    private boolean own(@Nullable HostAndPort authority) {
        return authority != null && own.contains(plain(authority.host()));
    }

    /** IPv6 comes with brackets and without. */
    private static String plain(String host) {
        return host.toLowerCase(Locale.ROOT).replace("[", "").replace("]", "");
    }
}
