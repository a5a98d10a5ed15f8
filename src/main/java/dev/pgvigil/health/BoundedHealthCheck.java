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

/** One health check of others: at most one run of it at a time, and an answer within the deadline. */
final class BoundedHealthCheck {

    private static final Logger LOG = Logger.getLogger(BoundedHealthCheck.class);

    private final Vertx vertx;
    private final Duration deadline;
    /** Runs of all checks that are beyond their deadline and not ended. */
    private final AtomicInteger late;

    private volatile String name;
    private volatile boolean failing;
    private @Nullable Run run;

    /**
     * Never run yet.
     *
     * @param name what it is called while it has not said its name
     */
    BoundedHealthCheck(String name, Vertx vertx, Duration deadline, AtomicInteger late) {
        this.name = name;
        this.vertx = vertx;
        this.deadline = deadline;
        this.late = late;
    }

    /** The answer of the run that is under way, or of a new one. Never fails. */
    synchronized Uni<HealthCheckResponse> answer(Supplier<Uni<HealthCheckResponse>> check) {
        if (run == null || run.ended()) {
            run = new Run(check);
        }
        return run.answer;
    }

    /** The check's answer, DOWN if it throws. */
    HealthCheckResponse caught(Supplier<@Nullable HealthCheckResponse> check) {
        try {
            return sound(check.get());
        } catch (Exception | LinkageError e) {
            return failed(e);
        }
    }

    /** An answer that can be rendered: an unusable one would leave the probe without any. */
    private HealthCheckResponse sound(@Nullable HealthCheckResponse answer) {
        if (answer == null || answer.getName() == null || answer.getStatus() == null || answer.getData() == null) {
            return failed(null);
        }
        name = answer.getName();
        failing = false;
        return answer;
    }

    private HealthCheckResponse failed(@Nullable Throwable cause) {
        // Once, not at each probe.
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
        /** Beyond its deadline, and answered as such. */
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
                emitter.complete(down("too many checks have not ended"));
                return;
            }
            long timer = vertx.setTimer(deadline.toMillis(), _ -> giveUp(emitter));
            Uni.createFrom()
                    .deferred(check::get)
                    .subscribe()
                    .with(item -> end(timer, emitter, () -> sound(item)), e -> end(timer, emitter, () -> failed(e)));
        }

        private void giveUp(UniEmitter<? super HealthCheckResponse> emitter) {
            if (phase.compareAndSet(Phase.RUNNING, Phase.LATE)) {
                late.incrementAndGet();
                emitter.complete(down("no answer within " + deadline.toMillis() + " ms"));
            }
        }

        private void end(
                long timer, UniEmitter<? super HealthCheckResponse> emitter, Supplier<HealthCheckResponse> result) {
            HealthCheckResponse answered = result.get();
            if (phase.getAndSet(Phase.ENDED) == Phase.LATE) {
                late.decrementAndGet();
            } else {
                vertx.cancelTimer(timer);
                emitter.complete(answered);
            }
        }
    }
}
