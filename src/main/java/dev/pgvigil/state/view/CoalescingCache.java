package dev.pgvigil.state.view;

import dev.pgvigil.state.EventLog;
import dev.pgvigil.state.Fleet;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Caches renderings of the fleet. Concurrent requests share one rendering, made in the {@link RenderExecutor}: whatever
 * the number of requests and changes, there are only a few renderings per second.
 */
public final class CoalescingCache<T> {

    private static final Duration FRESH = Duration.ofMillis(200);
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** Maximum number of cached renderings. Beyond it, each request gets its own. */
    private static final int MAX_ENTRIES = 64;

    private final EventLog events;
    private final RenderExecutor executor;
    private final long fresh;
    private final long pause;
    private final Map<Object, Entry<T>> entries = new HashMap<>();

    /**
     * A finished or scheduled rendering.
     *
     * @param version sequence number of an event that it includes
     * @param at start time in nanoseconds
     */
    private record Entry<T>(long version, long at, Uni<T> result) {

        boolean begins(long now) {
            return at - now > 0;
        }
    }

    /** An empty cache for API clients, for which a response up to 200 ms old is as good as a new one. */
    public CoalescingCache(Fleet fleet, RenderExecutor executor) {
        this(fleet, executor, FRESH, PAUSE);
    }

    /**
     * An empty cache.
     *
     * @param fresh how long a rendering is reused while there is no event; heartbeats are no events
     * @param pause minimum time between two renderings of the same key
     */
    public CoalescingCache(Fleet fleet, RenderExecutor executor, Duration fresh, Duration pause) {
        this.events = fleet.events();
        this.executor = executor;
        this.fresh = fresh.toNanos();
        this.pause = pause.toNanos();
    }

    /**
     * Returns the rendering for that key. It includes every change known at the time of the call.
     *
     * @param key everything that the rendering depends on besides the fleet
     */
    public Uni<T> of(Object key, Supplier<T> renderer) {
        return entry(key, renderer, System.nanoTime()).result;
    }

    private synchronized Entry<T> entry(Object key, Supplier<T> renderer, long now) {
        Entry<T> known = entries.get(key);
        long latest = events.head();
        if (known != null && (known.begins(now) || (known.version == latest && now - known.at < fresh))) {
            return known;
        }
        entries.values().removeIf(entry -> now - entry.at > fresh);
        long at = known == null ? now : Math.max(now, known.at + pause);
        Uni<T> result =
                in(at - now).chain(() -> executor.make(renderer)).memoize().indefinitely();
        Entry<T> entry = new Entry<>(latest, at, result);
        if (entries.size() < MAX_ENTRIES) {
            entries.put(key, entry);
        }
        return entry;
    }

    private static Uni<Void> in(long nanos) {
        Uni<Void> start = Uni.createFrom().voidItem();
        // Vert.x timers take at least one millisecond.
        Duration delay = Duration.ofMillis(Math.ceilDiv(nanos, 1_000_000));
        return delay.isPositive() ? start.onItem().delayIt().by(delay) : start;
    }
}
