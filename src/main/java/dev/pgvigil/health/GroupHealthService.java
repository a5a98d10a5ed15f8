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
 * Evaluates groups: few targets directly on the calling event loop, more on a thread reserved for probes, so that no
 * probe waits for pages or large API responses.
 */
@Singleton
final class GroupHealthService {

    /** Above the number of configured groups: concurrent requests for a group share one evaluation. */
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
        int candidates = groups.stream()
                .mapToInt(group -> group.selection().candidateCount(snapshot))
                .sum();
        return candidates <= JsonRenderer.FEW
                ? Uni.createFrom().item(evaluate(groups))
                : large.of(groups, () -> evaluate(groups));
    }

    private HealthResponse evaluate(List<Group> groups) {
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
