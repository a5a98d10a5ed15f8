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
    private volatile List<ActiveAlert> alerts = List.of();

    /** The alerts that fire, worst first. */
    public List<ActiveAlert> alerts() {
        return alerts;
    }

    /** Replaces the alerts that fire. */
    public void alerts(List<ActiveAlert> firing) {
        alerts = List.copyOf(firing);
    }

    /** The current state of the fleet, from memory. */
    public Snapshot snapshot() {
        return latest.get();
    }

    /** The changes. A snapshot that is read after a position of the log contains every change before that position. */
    public EventLog events() {
        return events;
    }

    /** The number of event listeners. */
    public int listeners() {
        return events.listeners();
    }

    /** Sets the age of the latest heartbeat from which a target is unknown. */
    public void staleAfter(Duration age) {
        latest.updateAndGet(snapshot -> new Snapshot(snapshot.servers(), snapshot.targets(), age));
    }

    /** Publishes the next snapshot, then the events of its changes. */
    public void update(UnaryOperator<Snapshot> step, List<FleetEvent> changes) {
        latest.updateAndGet(step);
        events.publish(changes);
    }
}
