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
 * When the fleet last got a new heartbeat, answered or failed. Told by a change of the newest one's time, never by its
 * distance from now: a clock that is set must not look like a watch that stopped. Immutable; times are readings of
 * {@link System#nanoTime()}.
 *
 * @param newest of all heartbeats; null: none yet
 * @param interval the shortest configured between heartbeats of one target; null: no target has any
 * @param changed when {@code newest} was last seen to change, or there was nothing to wait for
 */
record HeartbeatActivity(@Nullable Instant newest, @Nullable Duration interval, long changed) {

    static HeartbeatActivity started(long now) {
        return new HeartbeatActivity(null, null, now);
    }

    HeartbeatActivity look(Snapshot snapshot, long now) {
        List<TargetState> beating = snapshot.targets().values().stream()
                .filter(state -> state.target().runs(HeartbeatResult.CHECK))
                .toList();
        Instant latest = newest(snapshot, beating);
        Duration next = interval(beating);
        boolean same = interval != null && next != null && Objects.equals(newest, latest);
        return new HeartbeatActivity(latest, next, same ? changed : now);
    }

    @Nullable
    WatchStall silence(long now) {
        return interval == null ? null : new WatchStall(Duration.ofNanos(Math.max(0, now - changed)), interval);
    }

    private static @Nullable Instant newest(Snapshot snapshot, List<TargetState> beating) {
        return beating.stream()
                .flatMap(state -> Stream.ofNullable(snapshot.serverOf(state).outcome(HeartbeatResult.CHECK)))
                .map(Outcome::at)
                .max(naturalOrder())
                .orElse(null);
    }

    private static @Nullable Duration interval(List<TargetState> beating) {
        return beating.stream()
                .map(state -> state.target().interval(HeartbeatResult.CHECK, Duration.ZERO))
                .min(naturalOrder())
                .orElse(null);
    }
}
