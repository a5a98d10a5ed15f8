package dev.pgvigil.health;

import dev.pgvigil.slo.TargetBurn;
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
import java.util.Map;
import java.util.function.Supplier;

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
    private final CoalescingCache<BurnVerdict> burning;

    GroupHealthService(Fleet fleet) {
        this.fleet = fleet;
        this.large = new CoalescingCache<>(fleet, executor);
        this.burning = new CoalescingCache<>(fleet, executor);
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

    /** The group with the budgets of its members, by target. */
    Uni<BurnVerdict> burn(Group group, Supplier<Map<String, TargetBurn>> burns) {
        return group.selection().candidateCount(fleet.snapshot()) <= JsonRenderer.FEW
                ? Uni.createFrom().item(verdict(group, burns))
                : burning.of(group, () -> verdict(group, burns));
    }

    private BurnVerdict verdict(Group group, Supplier<Map<String, TargetBurn>> burns) {
        return group.evaluate(fleet.snapshot(), SteadyClock.now(), burns.get());
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
