package dev.pgvigil.monitor;

import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Publishes events to the listeners of a fleet, as a monitor would. */
public final class EventPublisher {

    private EventPublisher() {}

    /** Publishes that many role changes. */
    public static void changes(Fleet fleet, String target, int count) {
        List<FleetEvent> changes = IntStream.range(0, count)
                .<FleetEvent>mapToObj(i -> new FleetEvent.Added(Instant.now(), target))
                .toList();
        fleet.update(UnaryOperator.identity(), changes);
    }

    public static void beat(Fleet fleet, String target) {
        fleet.update(UnaryOperator.identity(), List.of(new FleetEvent.Beat(Instant.now(), target, true, 1.5)));
    }
}
