package dev.pgvigil.security;

import dev.pgvigil.http.ProblemException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpSecurityPolicy;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Set;

/**
 * The role that a request needs, for every path: none for the {@link PublicPaths}, a viewer to read, an operator for everything
 * else. So a new path is never open by accident; one that needs an admin says so itself, by {@code @RolesAllowed}.
 */
@Singleton
final class AccessPolicy implements HttpSecurityPolicy {

    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    /** Questions that are sent as a body, and the sign-out. */
    private static final Set<String> READING_PATHS = Set.of("/api/v1/prerequisites", "/logout");

    private final AuthFailures failures;
    private final AuditLog audit;

    AccessPolicy(AuthFailures failures, AuditLog audit) {
        this.failures = failures;
        this.audit = audit;
    }

    @Override
    public Uni<CheckResult> checkPermission(
            RoutingContext context, Uni<SecurityIdentity> identity, AuthorizationRequestContext requests) {
        if (PublicPaths.contain(String.valueOf(context.request().path()))) {
            return CheckResult.permit();
        }
        Role needed = needed(context);
        return identity.map(caller -> decided(context, caller, needed));
    }

    private CheckResult decided(RoutingContext context, SecurityIdentity caller, Role needed) {
        HttpServerRequest request = context.request();
        String name = caller.isAnonymous() ? "" : caller.getPrincipal().getName();
        String path = String.valueOf(request.path());
        if (caller.hasRole(needed.label())) {
            if (needed != Role.VIEWER) {
                context.addEndHandler(ended -> audit.add(
                        name,
                        AuthFailures.client(request),
                        request.method().name(),
                        path,
                        Integer.toString(context.response().getStatusCode())));
            }
            return CheckResult.PERMIT;
        }
        if (caller.isAnonymous()) {
            return CheckResult.DENY;
        }
        failures.count(AuthFailures.Reason.ROLE);
        audit.add(name, AuthFailures.client(request), request.method().name(), path, "refused");
        throw ProblemException.of(403, "this needs the role " + needed.label() + ", which " + name + " does not have");
    }

    private static Role needed(RoutingContext context) {
        boolean reading = READING.contains(context.request().method())
                || READING_PATHS.contains(String.valueOf(context.request().path()));
        return reading ? Role.VIEWER : Role.OPERATOR;
    }
}
