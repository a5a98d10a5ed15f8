package dev.pgvigil.health;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;

/**
 * Filters requests before the routes of quarkus-smallrye-health, which accept every method and create a group for every
 * requested name.
 */
@Singleton
final class ProbeRoutes {

    /** The paths served by the extension. */
    static final List<String> PATHS =
            List.of("/health", "/health/live", "/health/ready", "/health/started", "/health/well");

    /** The path set in application.properties; always 404. */
    static final String EXTENSION_GROUPS = "/health/smallrye-group";

    private static final Set<HttpMethod> SAFE_METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final String ALLOWED = "GET, HEAD, OPTIONS";

    void register(@Observes Router router) {
        PATHS.forEach(path -> router.route(path).order(1).handler(ProbeRoutes::filter));
        router.route(EXTENSION_GROUPS + "*").order(1).handler(context -> context.fail(404));
    }

    private static void filter(RoutingContext context) {
        HttpMethod method = context.request().method();
        if (SAFE_METHODS.contains(method)) {
            context.next();
            return;
        }
        context.response().putHeader(HttpHeaders.ALLOW, ALLOWED);
        if (HttpMethod.OPTIONS.equals(method)) {
            context.response().end();
        } else {
            context.fail(405);
        }
    }
}
