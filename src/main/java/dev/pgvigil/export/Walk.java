package dev.pgvigil.export;

import dev.pgvigil.watch.Fleet;
import dev.pgvigil.watch.Snapshot;
import dev.pgvigil.watch.SteadyClock;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;

/** Makes all series of this moment from the latest snapshot; asks no database. Safe for any thread. */
@Singleton
final class Walk {

    private final Fleet fleet;
    private final List<Part> parts;
    private final Losses losses;

    // what matters most goes first, should the bound on all series ever be met
    Walk(
            Fleet fleet,
            OwnSeries own,
            VitalSeries vitals,
            TargetSeries targets,
            ServerSeries servers,
            CheckSeries checks,
            Losses losses) {
        this.fleet = fleet;
        this.parts = List.of(own, vitals, targets, servers, checks);
        this.losses = losses;
    }

    List<Family> families() {
        Harvest harvest = new Harvest(losses);
        Snapshot snapshot = fleet.snapshot();
        Instant now = SteadyClock.now();
        parts.forEach(part -> part.measure(snapshot, now, harvest));
        losses.measure(harvest.under(Labels.NONE));
        return harvest.families();
    }
}
