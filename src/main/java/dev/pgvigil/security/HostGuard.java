package dev.pgvigil.security;

import dev.pgvigil.http.Refusal;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Without a token, answers only who calls this machine by its own name: a page from elsewhere whose name was made to
 * point here (DNS rebinding) carries its own.
 */
@Singleton
final class HostGuard {

    private static final int PRIORITY = 900;
    private static final Set<String> OWN = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    private final Keyring keyring;
    private final Refused refused;

    HostGuard(Keyring keyring, Refused refused) {
        this.keyring = keyring;
        this.refused = refused;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, PRIORITY);
    }

    void check(RoutingContext context) {
        if (keyring.token() != null || own(context.request().authority())) {
            context.next();
        } else {
            refused.count(Refused.Reason.HOST);
            context.fail(Refusal.of(
                    421, "without a token pgvigil answers to localhost, 127.0.0.1 and [::1] only; set PGVIGIL_TOKEN"));
        }
    }

    private static boolean own(@Nullable HostAndPort authority) {
        return authority != null && OWN.contains(authority.host().toLowerCase(Locale.ROOT));
    }
}
