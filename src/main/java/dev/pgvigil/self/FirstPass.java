package dev.pgvigil.self;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.state.Snapshot;
import java.time.Duration;

/**
 * The first look at the whole fleet.
 *
 * @param targets that have heartbeats
 * @param pending of them, those that neither answered nor failed yet
 * @param elapsed since pgvigil started; when done, what it took
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

    /** Whether every target was asked once; of an empty fleet none was, for it may not be known yet. */
    public boolean done() {
        return targets > 0 && pending == 0;
    }
}
