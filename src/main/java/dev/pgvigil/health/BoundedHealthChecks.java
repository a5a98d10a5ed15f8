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
 * Runs the health checks that others add, so that none of them can hang a probe, exhaust threads or say more than it should.
 * A check has 500 ms; a kubelet waits for 1 s. Probes that come while a check runs share its answer. One that is late, throws
 * or answers nothing is DOWN, and the answer says neither exception nor message: the log has them.
 */
@Alternative
@Priority(1)
@Singleton
final class BoundedHealthChecks extends QuarkusAsyncHealthCheckFactory {

    static final Duration DEADLINE = Duration.ofMillis(500);

    /** So many checks may be late at a time; until one of them ends, no other is started. */
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
        // What it throws is caught before the superclass logs it, once a probe.
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
