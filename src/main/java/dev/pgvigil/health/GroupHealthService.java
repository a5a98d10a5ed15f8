package dev.pgvigil.health;

import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.CoalescingCache;
import dev.pgvigil.state.view.JsonRenderer;
import dev.pgvigil.state.view.RenderExecutor;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;

/**
 * What groups come to: at once, on the event loop that asks, where few targets have to be looked at, and else away from
 * it, so that no probe waits for another.
 */
@Singleton
final class GroupHealthService {

    private final Fleet fleet;
    private final CoalescingCache<HealthResponse> large;

    GroupHealthService(Fleet fleet, RenderExecutor workshop) {
        this.fleet = fleet;
        this.large = new CoalescingCache<>(fleet, workshop);
    }

    Uni<HealthResponse> of(List<Group> groups) {
        Snapshot snapshot = fleet.snapshot();
        int looks = groups.stream()
                .mapToInt(group -> group.selection().looks(snapshot))
                .sum();
        return looks <= JsonRenderer.FEW
                ? Uni.createFrom().item(judged(groups))
                : large.of(groups, () -> judged(groups));
    }

    private HealthResponse judged(List<Group> groups) {
        Snapshot snapshot = fleet.snapshot();
        Instant now = SteadyClock.now();
        return HealthResponse.of(groups.stream()
                .map(group -> group.evaluate(group.name(), snapshot, now))
                .toList());
    }
}
