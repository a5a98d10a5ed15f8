package dev.pgvigil.health;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Wraps an added health check: at most one run at a time, and a response within the deadline. */
final class BoundedHealthCheck {

    private static final Logger LOG = Logger.getLogger(BoundedHealthCheck.class);

    private final Vertx vertx;
    private final Duration deadline;
    /** Number of runs of all checks that are past their deadline and still running. */
    private final AtomicInteger late;

    private volatile String name;
    private volatile boolean failing;
    private @Nullable Run run;

    /**
     * Creates a check that has not run.
     *
     * @param name the name until the check has returned its own
     */
    BoundedHealthCheck(String name, Vertx vertx, Duration deadline, AtomicInteger late) {
        this.name = name;
        this.vertx = vertx;
        this.deadline = deadline;
        this.late = late;
    }

    /** The response of the current run, or of a new one. Never fails. */
    synchronized Uni<HealthCheckResponse> answer(Supplier<Uni<HealthCheckResponse>> check) {
        if (run == null || run.ended()) {
            run = new Run(check);
        }
        return run.answer;
    }

    /** The check's response; DOWN if it throws. */
    HealthCheckResponse caught(Supplier<@Nullable HealthCheckResponse> check) {
        try {
            return validated(check.get());
        } catch (Exception | LinkageError e) {
            return failed(e);
        }
    }

    /** Validates the response: an invalid one would leave the probe without a response. */
    private HealthCheckResponse validated(@Nullable HealthCheckResponse answer) {
        if (answer == null || answer.getName() == null || answer.getStatus() == null || answer.getData() == null) {
            return failed(null);
        }
        name = answer.getName();
        failing = false;
        return answer;
    }

    private HealthCheckResponse failed(@Nullable Throwable cause) {
        // Log the first failure only, not one per probe.
        if (!failing) {
            failing = true;
            LOG.warnf(cause, "health check %s failed", name);
        }
        return down("the check failed");
    }

    private HealthCheckResponse down(String reason) {
        return HealthCheckResult.of(name, false, new Data().text("reason", reason))
                .response();
    }

    private enum Phase {
        RUNNING,
        /** Past its deadline, reported as DOWN. */
        LATE,
        ENDED
    }

    /** One run. */
    private final class Run {

        private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.RUNNING);
        private final Uni<HealthCheckResponse> answer;

        Run(Supplier<Uni<HealthCheckResponse>> check) {
            answer = Uni.createFrom()
                    .<HealthCheckResponse>emitter(emitter -> start(check, emitter))
                    .memoize()
                    .indefinitely();
        }

        boolean ended() {
            return phase.get() == Phase.ENDED;
        }

        private void start(Supplier<Uni<HealthCheckResponse>> check, UniEmitter<? super HealthCheckResponse> emitter) {
            if (late.get() >= BoundedHealthChecks.MOST_LATE) {
                phase.set(Phase.ENDED);
                emitter.complete(down("too many checks are still running"));
                return;
            }
            long timer = vertx.setTimer(deadline.toMillis(), _ -> timeOut(emitter));
            Uni.createFrom()
                    .deferred(check::get)
                    .subscribe()
                    .with(
                            item -> end(timer, emitter, () -> validated(item)),
                            e -> end(timer, emitter, () -> failed(e)));
        }

        private void timeOut(UniEmitter<? super HealthCheckResponse> emitter) {
            if (phase.compareAndSet(Phase.RUNNING, Phase.LATE)) {
                late.incrementAndGet();
                emitter.complete(down("no answer within " + deadline.toMillis() + " ms"));
            }
        }

        private void end(
                long timer, UniEmitter<? super HealthCheckResponse> emitter, Supplier<HealthCheckResponse> result) {
            HealthCheckResponse response = result.get();
            if (phase.getAndSet(Phase.ENDED) == Phase.LATE) {
                late.decrementAndGet();
            } else {
                vertx.cancelTimer(timer);
                emitter.complete(response);
            }
        }
    }
}
