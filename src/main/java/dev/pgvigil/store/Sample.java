package dev.pgvigil.store;

import java.time.Instant;
import java.util.List;

/**
 * A row of history: what was seen of a target in one bucket of {@link Level#RAW}.
 *
 * @param at start of the bucket
 * @param series in the order of {@link Series}
 */
record Sample(String target, Instant at, List<Aggregate> series) {

    Sample {
        series = List.copyOf(series);
    }
}
