package dev.pgvigil.health;

import dev.pgvigil.health.OwnHealthChecks.InMemory;
import io.quarkus.smallrye.health.runtime.QuarkusAsyncHealthCheckFactory;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/**
 * Runs added health checks so that none can block a probe, exhaust threads or disclose details. The deadline of a check
 * is 500 ms; a kubelet waits for 1 s. Concurrent probes share one run. A check that is late, throws or returns an
 * invalid response is DOWN; exceptions and messages are logged, not returned.
 */
@Alternative
@Priority(1)
@Singleton
final class BoundedHealthChecks extends QuarkusAsyncHealthCheckFactory {

    static final Duration DEADLINE = Duration.ofMillis(500);

    /** Maximum number of late checks. At the limit no further check is started until one ends. */
    static final int MOST_LATE = 16;

    private final Vertx vertx;
    private final Duration deadline;
    private final AtomicInteger late = new AtomicInteger();
    private final Map<Object, BoundedHealthCheck> known = Collections.synchronizedMap(new WeakHashMap<>());

    @Inject
    BoundedHealthChecks(Vertx vertx) {
        this(vertx, DEADLINE);
    }

    BoundedHealthChecks(Vertx vertx, Duration deadline) {
        super(vertx);
        this.vertx = vertx;
        this.deadline = deadline;
    }

    @Override
    public Uni<HealthCheckResponse> callSync(HealthCheck check) {
        BoundedHealthCheck bounded = bounded(check);
        // Exceptions are caught here, because the superclass would log them at every probe.
        return bounded.answer(() -> super.callSync(() -> bounded.caught(check::call)));
    }

    @Override
    public Uni<HealthCheckResponse> callAsync(AsyncHealthCheck check) {
        return check instanceof InMemory own ? own.call() : bounded(check).answer(check::call);
    }

    private BoundedHealthCheck bounded(Object check) {
        return known.computeIfAbsent(
                check, _ -> new BoundedHealthCheck(check.getClass().getSimpleName(), vertx, deadline, late));
    }
}
