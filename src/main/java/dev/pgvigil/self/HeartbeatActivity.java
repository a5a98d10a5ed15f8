package dev.pgvigil.self;

import static java.util.Comparator.naturalOrder;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The time of the fleet's latest new heartbeat, answered or failed. Detected by a change of the newest timestamp, not
 * by its age, so that a change of the system clock does not look like a stall. Immutable; times are readings of {@link
 * System#nanoTime()}.
 *
 * @param newest time of the newest heartbeat; null: none yet
 * @param interval shortest configured heartbeat interval; null: no target has heartbeats
 * @param changed when {@code newest} last changed, or no heartbeat was expected
 */
record HeartbeatActivity(@Nullable Instant newest, @Nullable Duration interval, long changed) {

    static HeartbeatActivity started(long now) {
        return new HeartbeatActivity(null, null, now);
    }

    HeartbeatActivity observe(Snapshot snapshot, long now) {
        List<TargetState> active = snapshot.targets().values().stream()
                .filter(state -> state.target().runs(HeartbeatResult.CHECK))
                .toList();
        Instant latest = newest(snapshot, active);
        Duration next = interval(active);
        boolean same = interval != null && next != null && Objects.equals(newest, latest);
        return new HeartbeatActivity(latest, next, same ? changed : now);
    }

    @Nullable
    WatchStall stall(long now) {
        return interval == null ? null : new WatchStall(Duration.ofNanos(Math.max(0, now - changed)), interval);
    }

    private static @Nullable Instant newest(Snapshot snapshot, List<TargetState> active) {
        return active.stream()
                .flatMap(state -> Stream.ofNullable(snapshot.serverOf(state).outcome(HeartbeatResult.CHECK)))
                .map(Outcome::at)
                .max(naturalOrder())
                .orElse(null);
    }

    private static @Nullable Duration interval(List<TargetState> active) {
        return active.stream()
                .map(state -> state.target().interval(HeartbeatResult.CHECK, Duration.ZERO))
                .min(naturalOrder())
                .orElse(null);
    }
}
