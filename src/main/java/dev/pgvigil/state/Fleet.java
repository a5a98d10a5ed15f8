package dev.pgvigil.state;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.pcollections.HashTreePMap;

/** Holds the latest {@link Snapshot} and the {@link EventLog} of its changes. Safe for any thread. */
@Singleton
public class Fleet {

    private final AtomicReference<Snapshot> latest =
            new AtomicReference<>(new Snapshot(HashTreePMap.empty(), HashTreePMap.empty(), Duration.ofSeconds(5)));
    private final EventLog events = new EventLog();

    /** The state of the fleet now, from memory. */
    public Snapshot snapshot() {
        return latest.get();
    }

    /** What has changed. A snapshot that is read after a position of the log holds every change before that position. */
    public EventLog events() {
        return events;
    }

    /** How many are told of changes. */
    public int listeners() {
        return events.listeners();
    }

    /** From now on a target is unknown when its latest heartbeat is older than this. */
    public void staleAfter(Duration age) {
        latest.updateAndGet(snapshot -> new Snapshot(snapshot.servers(), snapshot.targets(), age));
    }

    /** Publishes the next snapshot, then the events that tell of its changes. */
    public void update(UnaryOperator<Snapshot> step, List<FleetEvent> changes) {
        latest.updateAndGet(step);
        events.publish(changes);
    }
}
