package dev.pgvigil.health;

import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.CoalescingCache;
import dev.pgvigil.state.view.JsonRenderer;
import dev.pgvigil.state.view.RenderExecutor;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;

/**
 * Evaluates groups: at once, on the event loop that asks, where few targets have to be looked at, and else on a thread for
 * probes alone, so that no probe waits for pages or for large answers of the API.
 */
@Singleton
final class GroupHealthService {

    /** More groups than anyone configures: a group is evaluated once for all that ask at about the same time. */
    private static final int WAITING = 4096;

    private final Fleet fleet;
    private final RenderExecutor executor = new RenderExecutor("probes-", 1, WAITING);
    private final CoalescingCache<HealthResponse> large;

    GroupHealthService(Fleet fleet) {
        this.fleet = fleet;
        this.large = new CoalescingCache<>(fleet, executor);
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

    @PreDestroy
    void close() {
        executor.close();
    }
}
