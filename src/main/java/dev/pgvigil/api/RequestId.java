package dev.pgvigil.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/** Assigns an id to each request: that of the client if it is well-formed, else a new one. It is in the response and log. */
@Singleton
final class RequestId {

    static final String HEADER = "X-Request-Id";
    static final int PRIORITY = 1000;

    private static final String KEY = "request_id";
    // Characters that are safe in log lines, headers and pages.
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    void register(@Observes Filters filters) {
        filters.register(RequestId::mark, PRIORITY);
    }

    static String of(RoutingContext context) {
        return context.get(KEY, "");
    }

    private static void mark(RoutingContext context) {
        String id = chosen(context.request().getHeader(HEADER));
        context.put(KEY, id);
        context.response().putHeader(HEADER, id);
        MDC.put(KEY, id);
        context.next();
    }

    static String chosen(@Nullable String offered) {
        return offered != null && SANE.matcher(offered).matches()
                ? offered
                : UUID.randomUUID().toString();
    }
}
