package dev.pgvigil.telemetry;

import dev.pgvigil.state.Snapshot;
import java.time.Instant;

/** Adds the series of one subject. */
interface SeriesSource {

    void addTo(Snapshot snapshot, Instant now, SeriesBuilder builder);
}
