package dev.pgvigil.telemetry;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;

/** Makes all series of this moment from the latest snapshot; asks no database. Safe for any thread. */
@Singleton
final class FleetCollector {

    private final Fleet fleet;
    private final Catalogue catalogue;
    private final List<SeriesSource> parts;
    private final DroppedSeries losses;

    // what matters most goes first, should the bound on all series ever be met
    FleetCollector(
            Fleet fleet,
            Catalogue catalogue,
            OwnSeries own,
            ProcessSeries vitals,
            TargetSeries targets,
            ServerSeries servers,
            CheckSeries checks,
            DroppedSeries losses) {
        this.fleet = fleet;
        this.catalogue = catalogue;
        this.parts = List.of(own, vitals, targets, servers, checks);
        this.losses = losses;
    }

    List<Family> families() {
        SeriesBuilder harvest = new SeriesBuilder(losses, catalogue.checks().size());
        Snapshot snapshot = fleet.snapshot();
        Instant now = SteadyClock.now();
        parts.forEach(part -> part.addTo(snapshot, now, harvest));
        losses.addTo(harvest.under(Labels.NONE));
        return harvest.families();
    }
}
