package dev.pgvigil.telemetry;

import dev.pgvigil.state.Snapshot;
import java.time.Instant;

/** One subject's series. */
interface SeriesSource {

    void addTo(Snapshot snapshot, Instant now, SeriesBuilder harvest);
}
