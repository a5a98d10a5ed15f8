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
 * Stands before the routes of quarkus-smallrye-health, which answer every method, and make a group of every name that somebody
 * asks for.
 */
@Singleton
final class ProbeRoutes {

    /** What the extension answers. */
    static final List<String> PATHS =
            List.of("/health", "/health/live", "/health/ready", "/health/started", "/health/well");

    /** As application.properties says; nothing is there. */
    static final String EXTENSION_GROUPS = "/health/smallrye-group";

    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final String ALLOWED = "GET, HEAD, OPTIONS";

    void register(@Observes Router router) {
        PATHS.forEach(path -> router.route(path).order(1).handler(ProbeRoutes::read));
        router.route(EXTENSION_GROUPS + "*").order(1).handler(context -> context.fail(404));
    }

    private static void read(RoutingContext context) {
        HttpMethod method = context.request().method();
        if (READING.contains(method)) {
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
