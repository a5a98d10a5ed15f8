package dev.pgvigil.export;

import dev.pgvigil.watch.Snapshot;
import java.time.Instant;

/** One subject's series. */
interface Part {

    void measure(Snapshot snapshot, Instant now, Harvest harvest);
}
