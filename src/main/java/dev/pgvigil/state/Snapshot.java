package dev.pgvigil.state;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Server;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.PMap;

/**
 * The latest state of the whole fleet. Immutable; reads never block.
 *
 * @param staleAfter age of the latest heartbeat from which a target is unknown
 */
public record Snapshot(PMap<Server, ServerState> servers, PMap<String, TargetState> targets, Duration staleAfter) {

    /** The state of a target's server. */
    public ServerState serverOf(TargetState target) {
        ServerState state = servers.get(target.target().server());
        return state == null ? ServerState.initial(target.target().server()) : state;
    }

    /** The age of the latest heartbeat of the target's server; null: none yet. */
    public @Nullable Duration age(TargetState target, Instant now) {
        Outcome<?> beat = serverOf(target).outcome(HeartbeatResult.CHECK);
        return beat == null ? null : Duration.between(beat.at(), now);
    }

    /** The target's current status: unknown if the latest heartbeat is missing or stale. */
    public Status status(TargetState target, Instant now) {
        Duration age = age(target, now);
        return age == null || age.compareTo(staleAfter) > 0 ? Status.UNKNOWN : target.status();
    }
}
