package dev.pgvigil.probe;

import dev.pgvigil.watch.Fleet;
import dev.pgvigil.watch.Snapshot;
import dev.pgvigil.watch.SteadyClock;
import dev.pgvigil.watch.view.Editions;
import dev.pgvigil.watch.view.LargeAnswers;
import dev.pgvigil.watch.view.Workshop;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;

/**
 * What groups come to: at once, on the event loop that asks, where few targets have to be looked at, and else away from
 * it, so that no probe waits for another.
 */
@Singleton
final class Verdicts {

    private final Fleet fleet;
    private final Editions<Answer> large;

    Verdicts(Fleet fleet, Workshop workshop) {
        this.fleet = fleet;
        this.large = new Editions<>(fleet, workshop);
    }

    Uni<Answer> of(List<Group> groups) {
        Snapshot snapshot = fleet.snapshot();
        int looks = groups.stream()
                .mapToInt(group -> group.selection().looks(snapshot))
                .sum();
        return looks <= LargeAnswers.FEW
                ? Uni.createFrom().item(judged(groups))
                : large.of(groups, () -> judged(groups));
    }

    private Answer judged(List<Group> groups) {
        Snapshot snapshot = fleet.snapshot();
        Instant now = SteadyClock.now();
        return Answer.of(groups.stream()
                .map(group -> group.judge(group.name(), snapshot, now))
                .toList());
    }

    @PreDestroy
    void close() {
        large.close();
    }
}
