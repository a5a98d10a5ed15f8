package dev.pgvigil.telemetry;

import dev.pgvigil.state.Snapshot;
import java.time.Instant;

/**
 * Adds the series of one subject. An implementation is one file, a {@code @Singleton}, found by its type: no registration.
 */
interface SeriesSource {

    /** The order of sources: when the limit on all series is reached, those of later ones are dropped. */
    enum Rank {
        PROCESS,
        FLEET,
        FEATURE,
        CHECK
    }

    default Rank rank() {
        return Rank.FEATURE;
    }

    void addTo(Snapshot snapshot, Instant now, SeriesBuilder builder);
}
