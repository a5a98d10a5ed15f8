package dev.pgvigil.health;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of one target at one time, and the reason if it is unknown. Pure.
 *
 * @param beat latest heartbeat of its server; null: none yet
 * @param bound age of the heartbeat from which the target is unknown
 */
record TargetObservation(
        TargetState state, ServerState server, @Nullable Outcome<?> beat, Duration bound, Instant now) {

    /** Consecutive failures of a check after which its last observation is too old. */
    private static final int MAX_FAILURES = 3;

    static TargetObservation of(TargetState state, Snapshot snapshot, Instant now) {
        ServerState server = snapshot.serverOf(state);
        return new TargetObservation(state, server, server.outcome(HeartbeatResult.CHECK), snapshot.staleAfter(), now);
    }

    /** The age of the latest heartbeat; null: none yet. */
    @Nullable
    Duration age() {
        return beat == null ? null : Duration.between(beat.at(), now);
    }

    /** The reason why the target is unknown; null: it is known. */
    @Nullable
    String unknown() {
        Duration age = age();
        return age == null ? "never observed" : old("last observed", age, bound);
    }

    /** The reason why a check has no current observation; null: it has one. */
    @Nullable
    String unknown(Check<?> check) {
        String name = check.name();
        if (!state.target().runs(name)) {
            return name + " is switched off";
        }
        Outcome<?> outcome = server.outcome(state, name);
        return outcome == null
                ? name + " never observed"
                : switch (outcome) {
                    case Outcome.Observed<?> observed -> old(check, observed);
                    case Outcome.Failed<?> failed ->
                        failed.last() == null
                                ? name + " failed: " + failed.failure().reason()
                                : old(check, failed.last());
                    case Outcome.Skipped<?> skipped -> name + " skipped: " + skipped.reason();
                };
    }

    private @Nullable String old(Check<?> check, Outcome.Observed<?> observed) {
        Duration allowed =
                bound.plus(server.interval(state.target(), check, observed).multipliedBy(MAX_FAILURES));
        return old(check.name() + " last observed", Duration.between(observed.at(), now), allowed);
    }

    private static @Nullable String old(String what, Duration age, Duration bound) {
        return age.compareTo(bound) <= 0
                ? null
                : what + " " + age.toMillis() + " ms ago, which may be " + bound.toMillis() + " ms at most";
    }
}
