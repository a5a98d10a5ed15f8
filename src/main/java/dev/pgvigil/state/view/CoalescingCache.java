package dev.pgvigil.state.view;

import dev.pgvigil.state.EventLog;
import dev.pgvigil.state.Fleet;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Things that show the fleet, each made but once for all that ask at about the same time, and in the {@link RenderExecutor}:
 * however many ask, and however much changes, it costs no more than a few of them a second.
 */
public final class CoalescingCache<T> {

    private static final Duration FRESH = Duration.ofMillis(200);
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** Beyond so many at a time, each is made for one reader. */
    private static final int MOST = 64;

    private final EventLog events;
    private final RenderExecutor workshop;
    private final long fresh;
    private final long pause;
    private final Map<Object, Edition<T>> editions = new HashMap<>();

    /**
     * One of them, made or to come.
     *
     * @param version number of the latest event that it shows at least
     * @param at nanoseconds at which it begins
     */
    private record Edition<T>(long version, long at, Uni<T> made) {

        boolean begins(long now) {
            return at - now > 0;
        }
    }

    /** None yet; for programs that ask, which find an answer of a fifth of a second ago as good as a new one. */
    public CoalescingCache(Fleet fleet, RenderExecutor workshop) {
        this(fleet, workshop, FRESH, PAUSE);
    }

    /**
     * None yet.
     *
     * @param fresh how long one is given out while nothing changes; heartbeats do
     * @param pause the least time from one to the next of the same name
     */
    public CoalescingCache(Fleet fleet, RenderExecutor workshop, Duration fresh, Duration pause) {
        this.events = fleet.events();
        this.workshop = workshop;
        this.fresh = fresh.toNanos();
        this.pause = pause.toNanos();
    }

    /**
     * The one of that name, as of a moment after the question or shortly before it, with every change known by then.
     *
     * @param name says all that it depends on, save the fleet
     */
    public Uni<T> of(Object name, Supplier<T> making) {
        return edition(name, making, System.nanoTime()).made;
    }

    private synchronized Edition<T> edition(Object name, Supplier<T> making, long now) {
        Edition<T> known = editions.get(name);
        long wanted = events.head();
        if (known != null && (known.begins(now) || (known.version == wanted && now - known.at < fresh))) {
            return known;
        }
        editions.values().removeIf(edition -> now - edition.at > fresh);
        long at = known == null ? now : Math.max(now, known.at + pause);
        Uni<T> made = in(at - now).chain(() -> workshop.make(making)).memoize().indefinitely();
        Edition<T> edition = new Edition<>(wanted, at, made);
        if (editions.size() < MOST) {
            editions.put(name, edition);
        }
        return edition;
    }

    private static Uni<Void> in(long nanos) {
        Uni<Void> start = Uni.createFrom().voidItem();
        // Vert.x has no timer for less than a millisecond.
        Duration delay = Duration.ofMillis(Math.ceilDiv(nanos, 1_000_000));
        return delay.isPositive() ? start.onItem().delayIt().by(delay) : start;
    }
}
