package dev.pgvigil.postgres;

import io.netty.util.concurrent.EventExecutor;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Total time for which an event loop was delayed: by lack of CPU, by garbage collection, by blocking work. An answer may have
 * arrived meanwhile, so this time must not count towards a server's timeout. Called on that loop.
 */
final class Lateness {

    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Timers are always slightly late. */
    private static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final Map<EventExecutor, Lateness> LOOPS = new WeakHashMap<>();

    private long tickedAt = System.nanoTime();
    private long late;

    private Lateness() {}

    /** The lateness of this loop, measured from the first call on. */
    static Lateness of(EventExecutor loop) {
        synchronized (LOOPS) {
            return LOOPS.computeIfAbsent(loop, first -> {
                Lateness lateness = new Lateness();
                var _ = first.scheduleWithFixedDelay(lateness::tick, 0, TICK_NANOS, TimeUnit.NANOSECONDS);
                return lateness;
            });
        }
    }

    private void tick() {
        long now = System.nanoTime();
        late += overdue(now);
        tickedAt = now;
    }

    /** Nanoseconds, including the current delay. */
    long nanos() {
        return late + overdue(System.nanoTime());
    }

    private long overdue(long now) {
        long overdue = now - tickedAt - TICK_NANOS;
        return overdue > SLACK_NANOS ? overdue : 0;
    }
}
