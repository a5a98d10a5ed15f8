package dev.pgvigil.state;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Server;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.PMap;

/**
 * The latest state of the whole fleet. Immutable; reading it waits for nothing.
 *
 * @param staleAfter age of the latest heartbeat from which a target is unknown
 */
public record Snapshot(PMap<Server, ServerState> servers, PMap<String, TargetState> targets, Duration staleAfter) {

    /** The state of the server that a target lives on. */
    public ServerState serverOf(TargetState target) {
        ServerState state = servers.get(target.target().server());
        return state == null ? ServerState.initial(target.target().server()) : state;
    }

    /** Time since the target's server was last asked and judged; null: never. */
    public @Nullable Duration age(TargetState target, Instant now) {
        Outcome<?> beat = serverOf(target).outcome(HeartbeatResult.CHECK);
        return beat == null ? null : Duration.between(beat.at(), now);
    }

    /** The target's status at this moment: unknown if the latest heartbeat is missing or too old. */
    public Status status(TargetState target, Instant now) {
        Duration age = age(target, now);
        return age == null || age.compareTo(staleAfter) > 0 ? Status.UNKNOWN : target.status();
    }
}
