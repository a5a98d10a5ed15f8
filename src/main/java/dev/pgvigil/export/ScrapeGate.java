package dev.pgvigil.export;

import dev.pgvigil.http.Refusal;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.Semaphore;

/** Bounds the scrapes under way: each holds its whole text in memory, which of a large fleet is megabytes. */
@Singleton
final class ScrapeGate {

    static final int AT_ONCE = 4;

    private static final int PRIORITY = 700;
    private static final String PATH = "/metrics";

    private final Semaphore free = new Semaphore(AT_ONCE);

    void register(@Observes Filters filters) {
        filters.register(this::pass, PRIORITY);
    }

    private void pass(RoutingContext context) {
        if (!String.valueOf(context.request().path()).startsWith(PATH)) {
            context.next();
        } else if (enter()) {
            context.addEndHandler(ended -> leave());
            context.next();
        } else {
            context.fail(
                    Refusal.of(503, AT_ONCE + " scrapes are under way already").header("Retry-After", "1"));
        }
    }

    boolean enter() {
        return free.tryAcquire();
    }

    void leave() {
        free.release();
    }
}
