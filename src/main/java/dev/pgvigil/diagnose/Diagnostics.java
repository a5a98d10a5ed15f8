package dev.pgvigil.diagnose;

import dev.pgvigil.check.FailureDiagnosis;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.diagnose.DiagnosticsView.Step;
import dev.pgvigil.diagnose.DiagnosticsView.StepName;
import dev.pgvigil.diagnose.DiagnosticsView.StepResult;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.postgres.ServerConnection;
import dev.pgvigil.state.OnDemandConnection;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Diagnoses the connectivity of targets. Requests for one target share one run, and a result is served again for {@link #REUSE}
 * after it; at most {@link #AT_ONCE} runs are in progress in the whole fleet.
 */
@Singleton
class Diagnostics {

    static final Duration REUSE = Duration.ofSeconds(2);
    static final int AT_ONCE = 8;

    private final OnDemandConnection connections;
    private final Supplier<Configuration.State> configuration;
    private final Map<Target, Run> runs = new HashMap<>();

    private static final class Run {
        private final Uni<DiagnosticsView> result;
        private volatile long endedAt = Long.MAX_VALUE;

        private Run(Uni<DiagnosticsView> result) {
            this.result = result.onTermination()
                    .invoke(() -> endedAt = System.nanoTime())
                    .memoize()
                    .indefinitely();
        }

        private boolean inProgress() {
            return endedAt == Long.MAX_VALUE;
        }

        private boolean expired(long now) {
            return !inProgress() && now - endedAt > REUSE.toNanos();
        }
    }

    @Inject
    Diagnostics(OnDemandConnection connections, Configuration configuration) {
        this(connections, configuration::state);
    }

    Diagnostics(OnDemandConnection connections, Supplier<Configuration.State> configuration) {
        this.connections = connections;
        this.configuration = configuration;
    }

    /** Fails with a {@link ProblemException} if too many are in progress. */
    synchronized Uni<DiagnosticsView> of(Target target) {
        long now = System.nanoTime();
        runs.values().removeIf(run -> run.expired(now));
        Run known = runs.get(target);
        if (known != null) {
            return known.result;
        }
        if (runs.values().stream().filter(Run::inProgress).count() >= AT_ONCE) {
            throw ProblemException.of(503, AT_ONCE + " diagnoses are in progress; no more are run at once")
                    .header("Retry-After", "5");
        }
        Run run = new Run(diagnose(target));
        runs.put(target, run);
        return run.result;
    }

    private Uni<DiagnosticsView> diagnose(Target target) {
        return Uni.createFrom().deferred(() -> {
            Instant begun = SteadyClock.now();
            long start = System.nanoTime();
            Step first = configuration(target);
            return connections
                    .with(target, (ServerConnection connection) -> connection.trace(target.database()))
                    .map(trace -> DiagnosticsView.of(
                            target,
                            first,
                            trace,
                            begun,
                            Duration.ofNanos(System.nanoTime() - start),
                            SteadyClock.now()));
        });
    }

    /** The target was read from a valid configuration; a newer one may have been rejected. */
    private Step configuration(Target target) {
        long start = System.nanoTime();
        Configuration.State state = configuration.get();
        String source = state.origin();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        if (state.problems().isEmpty()) {
            String password = target.server().password() == null ? "without a password" : "with a password";
            return Step.of(StepName.CONFIGURATION, StepResult.OK, took, "read from " + source + ", " + password);
        }
        FailureDiagnosis rejected = new FailureDiagnosis(
                "configuration",
                "newer configuration rejected",
                "A newer configuration has errors, so that the one before is in use: "
                        + state.problems().getFirst(),
                "Correct the configuration. /api/v1/configuration lists all errors.",
                null);
        return new Step(
                StepName.CONFIGURATION,
                StepResult.FAILED,
                DiagnosticsView.milliseconds(took),
                rejected.title(),
                null,
                rejected.cause(),
                rejected.action(),
                null);
    }
}
