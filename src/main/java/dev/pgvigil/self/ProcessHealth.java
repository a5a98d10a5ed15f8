package dev.pgvigil.self;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The health of pgvigil itself at one time.
 *
 * @param loops its event loops
 * @param silence time without a new heartbeat; null: no target has heartbeats
 * @param unobserved time since the last self-observation
 * @param deadlocked names of deadlocked threads
 */
public record ProcessHealth(
        List<LoopLag> loops,
        @Nullable WatchStall silence,
        Duration unobserved,
        List<String> deadlocked,
        FirstPass firstPass) {

    public ProcessHealth {
        loops = List.copyOf(loops);
        deadlocked = List.copyOf(deadlocked);
    }
}
