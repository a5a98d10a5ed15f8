package dev.pgvigil.self;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How pgvigil itself is at one moment.
 *
 * @param loops its event loops
 * @param silence of the watch; null: no target has heartbeats, so that none is to be expected
 * @param unobserved time since pgvigil last looked at itself
 * @param deadlocked names of the threads that wait for each other for ever
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
