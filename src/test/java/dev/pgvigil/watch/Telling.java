package dev.pgvigil.watch;

import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Tells a fleet's listeners of changes, as a watch would. */
public final class Telling {

    private Telling() {}

    /** So many roles change, each to be told. */
    public static void changes(Fleet fleet, String target, int count) {
        List<Change> changes = IntStream.range(0, count)
                .<Change>mapToObj(i -> new Change.Added(Instant.now(), target))
                .toList();
        fleet.update(UnaryOperator.identity(), changes);
    }

    public static void beat(Fleet fleet, String target) {
        fleet.update(UnaryOperator.identity(), List.of(new Change.Beat(Instant.now(), target, true, 1.5)));
    }
}
