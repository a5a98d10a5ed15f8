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
 * What is known of one target at one moment, and why where nothing is. Pure.
 *
 * @param beat the latest heartbeat of its server; null: there was none
 * @param bound age of that heartbeat from which the target is unknown
 */
record TargetObservation(
        TargetState state, ServerState server, @Nullable Outcome<?> beat, Duration bound, Instant now) {

    /** Passes of a check that may fail in a row before the last good one is too old to be trusted. */
    private static final int MISSES = 3;

    static TargetObservation of(TargetState state, Snapshot snapshot, Instant now) {
        ServerState server = snapshot.serverOf(state);
        return new TargetObservation(state, server, server.outcome(HeartbeatResult.CHECK), snapshot.staleAfter(), now);
    }

    /** Since the latest heartbeat; null: there was none. */
    @Nullable
    Duration age() {
        return beat == null ? null : Duration.between(beat.at(), now);
    }

    /** Why the target as a whole is unknown; null: it is not. */
    @Nullable
    String lost() {
        Duration age = age();
        return age == null ? "never observed" : old("last observed", age, bound);
    }

    /** Why nothing can be said of what one check looks at; null: something can. */
    @Nullable
    String lost(Check<?> check) {
        String name = check.name();
        if (!state.target().runs(name)) {
            return name + " is switched off";
        }
        Outcome<?> outcome = server.outcome(state, name);
        return outcome == null
                ? name + " never observed"
                : switch (outcome) {
                    case Outcome.Observed<?> seen -> old(check, seen);
                    case Outcome.Failed<?> failed ->
                        failed.last() == null
                                ? name + " failed: " + failed.failure().reason()
                                : old(check, failed.last());
                    case Outcome.Skipped<?> skipped -> name + " skipped: " + skipped.reason();
                };
    }

    private @Nullable String old(Check<?> check, Outcome.Observed<?> seen) {
        Duration allowed = bound.plus(server.interval(state.target(), check).multipliedBy(MISSES));
        return old(check.name() + " last observed", Duration.between(seen.at(), now), allowed);
    }

    private static @Nullable String old(String what, Duration age, Duration bound) {
        return age.compareTo(bound) <= 0
                ? null
                : what + " " + age.toMillis() + " ms ago, which may be " + bound.toMillis() + " ms at most";
    }
}
