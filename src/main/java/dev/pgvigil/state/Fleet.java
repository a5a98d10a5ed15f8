package dev.pgvigil.state;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.pcollections.HashTreePMap;

/** Holds the latest {@link Snapshot} and tells its changes to whoever listens. Safe for any thread. */
@Singleton
public class Fleet {

    private final AtomicReference<Snapshot> latest =
            new AtomicReference<>(new Snapshot(HashTreePMap.empty(), HashTreePMap.empty(), Duration.ofSeconds(5)));
    private final Set<MultiEmitter<? super FleetEvent>> listeners = ConcurrentHashMap.newKeySet();

    /** The state of the fleet now, from memory. */
    public Snapshot snapshot() {
        return latest.get();
    }

    /**
     * The changes from now on.
     *
     * @param buffer how many changes may wait for a slow listener; at the next one its stream fails
     */
    public Multi<FleetEvent> changes(int buffer) {
        return Multi.createFrom()
                .emitter(
                        emitter -> {
                            listeners.add(emitter);
                            emitter.onTermination(() -> listeners.remove(emitter));
                        },
                        buffer);
    }

    /** How many listen. */
    public int listeners() {
        return listeners.size();
    }

    /** From now on a target is unknown when its latest heartbeat is older than this. */
    public void staleAfter(Duration age) {
        latest.updateAndGet(snapshot -> new Snapshot(snapshot.servers(), snapshot.targets(), age));
    }

    public void update(UnaryOperator<Snapshot> step, List<FleetEvent> changes) {
        latest.updateAndGet(step);
        for (MultiEmitter<? super FleetEvent> listener : listeners) {
            changes.forEach(listener::emit);
        }
    }
}
