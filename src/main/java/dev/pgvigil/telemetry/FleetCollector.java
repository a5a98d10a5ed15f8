package dev.pgvigil.telemetry;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** Builds all series from the latest snapshot without a query to any database. Thread-safe. */
@Singleton
final class FleetCollector {

    private final Fleet fleet;
    private final Catalogue catalogue;
    private final List<SeriesSource> sources;
    private final DroppedSeries dropped;

    FleetCollector(Fleet fleet, Catalogue catalogue, @All List<SeriesSource> sources, DroppedSeries dropped) {
        this.fleet = fleet;
        this.catalogue = catalogue;
        this.sources = sources.stream()
                .sorted(Comparator.comparing(SeriesSource::rank)
                        .thenComparing(source -> source.getClass().getSimpleName()))
                .toList();
        this.dropped = dropped;
    }

    List<Family> families() {
        SeriesBuilder builder = new SeriesBuilder(dropped, catalogue.checks().size());
        Snapshot snapshot = fleet.watchedHere();
        Instant now = SteadyClock.now();
        sources.forEach(source -> source.addTo(snapshot, now, builder));
        dropped.addTo(builder.under(Labels.NONE));
        return builder.families();
    }
}
