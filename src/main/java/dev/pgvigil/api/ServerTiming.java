package dev.pgvigil.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Locale;

/** Adds the total time to the header {@code Server-Timing}, after the entries of a resource. */
@Singleton
final class ServerTiming {

    private static final String HEADER = "Server-Timing";

    void register(@Observes Filters filters) {
        filters.register(ServerTiming::start, RequestId.PRIORITY + 1);
    }

    private static void start(RoutingContext context) {
        long began = System.nanoTime();
        context.addHeadersEndHandler(
                written -> add(context.response().headers(), (System.nanoTime() - began) / 1_000_000.0));
        context.next();
    }

    private static void add(MultiMap headers, double milliseconds) {
        headers.add(HEADER, String.format(Locale.ROOT, "total;dur=%.1f", milliseconds));
    }
}
