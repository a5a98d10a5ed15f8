package dev.pgvigil.self;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.state.Snapshot;
import java.time.Duration;

/**
 * The first heartbeat of every target.
 *
 * @param targets number of targets that have heartbeats
 * @param pending number of them without an outcome yet
 * @param elapsed time since pgvigil started; when done, the duration of the first pass
 */
public record FirstPass(int targets, int pending, Duration elapsed) {

    static FirstPass of(Snapshot snapshot, Duration elapsed) {
        int targets = 0;
        int pending = 0;
        for (var state : snapshot.targets().values()) {
            if (state.target().runs(HeartbeatResult.CHECK)) {
                targets++;
                pending += snapshot.serverOf(state).outcome(HeartbeatResult.CHECK) == null ? 1 : 0;
            }
        }
        return new FirstPass(targets, pending, elapsed);
    }

    /** Whether every target has an outcome. False for an empty fleet, because it may not be known yet. */
    public boolean done() {
        return targets > 0 && pending == 0;
    }
}
