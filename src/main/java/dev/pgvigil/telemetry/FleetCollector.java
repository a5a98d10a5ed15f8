package dev.pgvigil.telemetry;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;

/** Builds all series from the latest snapshot without a query to any database. Thread-safe. */
@Singleton
final class FleetCollector {

    private final Fleet fleet;
    private final Catalogue catalogue;
    private final List<SeriesSource> parts;
    private final DroppedSeries dropped;

    // the most important series first, in case the limit on all series is reached
    FleetCollector(
            Fleet fleet,
            Catalogue catalogue,
            OwnSeries own,
            ProcessSeries health,
            ClusterSeries cluster,
            TargetSeries targets,
            ServerSeries servers,
            SloSeries objectives,
            StoreSeries store,
            AlertSeries alerts,
            BackupSeries backups,
            CheckSeries checks,
            DroppedSeries dropped) {
        this.fleet = fleet;
        this.catalogue = catalogue;
        this.parts = List.of(own, health, targets, servers, objectives, store, alerts, backups, cluster, checks);
        this.dropped = dropped;
    }

    List<Family> families() {
        SeriesBuilder builder = new SeriesBuilder(dropped, catalogue.checks().size());
        Snapshot snapshot = fleet.watchedHere();
        Instant now = SteadyClock.now();
        parts.forEach(part -> part.addTo(snapshot, now, builder));
        dropped.addTo(builder.under(Labels.NONE));
        return builder.families();
    }
}
