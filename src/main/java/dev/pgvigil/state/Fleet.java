package dev.pgvigil.state;

import dev.pgvigil.postgres.Server;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
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

    private volatile Set<Server.Identity> elsewhere = Set.of();

    /** The current state of the fleet, from memory. */
    public Snapshot snapshot() {
        return latest.get();
    }

    /**
     * The part of the current state that this process observes itself, without the servers that other replicas watch: what
     * exports series, or judges whether this process works, must not count the others' servers.
     */
    public Snapshot watchedHere() {
        Set<Server.Identity> others = elsewhere;
        Snapshot snapshot = latest.get();
        if (others.isEmpty()) {
            return snapshot;
        }
        return new Snapshot(
                snapshot.servers()
                        .minusAll(snapshot.servers().keySet().stream()
                                .filter(server -> others.contains(server.identity()))
                                .toList()),
                snapshot.targets()
                        .minusAll(snapshot.targets().values().stream()
                                .filter(state ->
                                        others.contains(state.target().server().identity()))
                                .map(state -> state.target().name())
                                .toList()),
                snapshot.staleAfter());
    }

    /** Sets the servers that other replicas watch; their state is received from them. */
    public void watchedElsewhere(Set<Server.Identity> servers) {
        elsewhere = Set.copyOf(servers);
    }

    /** Whether another replica watches this server. */
    public boolean isWatchedElsewhere(Server server) {
        return elsewhere.contains(server.identity());
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
