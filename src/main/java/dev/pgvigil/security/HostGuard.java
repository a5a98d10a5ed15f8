package dev.pgvigil.security;

import dev.pgvigil.http.ProblemException;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Without a token, accepts only requests with a local name in the header Host. This prevents DNS rebinding: a page of another
 * site whose name resolves to this machine sends its own name.
 */
@Singleton
final class HostGuard {

    private static final int PRIORITY = 900;

    private final BooleanSupplier required;
    private final AuthFailures failures;
    private final Set<String> own;

    @Inject
    HostGuard(Identities identities, AuthFailures failures, @ConfigProperty(name = "quarkus.http.host") String host) {
        this(identities::required, failures, host);
    }

    /** With a way to know whether callers must authenticate. */
    HostGuard(BooleanSupplier required, AuthFailures failures, String host) {
        this.required = required;
        this.failures = failures;
        // The listen address without a token is loopback too, whatever its name.
        this.own = new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "::1", plain(host)));
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, PRIORITY);
    }

    void check(RoutingContext context) {
        if (required.getAsBoolean() || own(context.request().authority())) {
            context.next();
        } else {
            failures.count(AuthFailures.Reason.HOST);
            context.fail(ProblemException.of(
                    421,
                    "without a token, pgvigil only accepts the host names " + String.join(", ", own) + "; set "
                            + "PGVIGIL_TOKEN to allow others"));
        }
    }

    private boolean own(@Nullable HostAndPort authority) {
        return authority != null && own.contains(plain(authority.host()));
    }

    /** IPv6 addresses occur with and without brackets. */
    private static String plain(String host) {
        return host.toLowerCase(Locale.ROOT).replace("[", "").replace("]", "");
    }
}
