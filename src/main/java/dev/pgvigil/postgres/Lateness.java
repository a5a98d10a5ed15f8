package dev.pgvigil.postgres;

import io.netty.util.concurrent.EventExecutor;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/**
 * How long an event loop was held up, in all: by a lack of CPU, by the collector, by work that blocks it. What it waits for
 * may have come meanwhile, so that this time counts against nobody else. Asked on its own loop.
 */
final class Lateness {

    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Timers are a little late always. */
    private static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final Map<EventExecutor, Lateness> LOOPS = new WeakHashMap<>();

    private long tickedAt = System.nanoTime();
    private long late;

    private Lateness() {}

    /** Of this loop; it ticks from the first time on. */
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

    /** Grows by as much as the loop is held up. */
    long nanos() {
        return late + overdue(System.nanoTime());
    }

    private long overdue(long now) {
        long overdue = now - tickedAt - TICK_NANOS;
        return overdue > SLACK_NANOS ? overdue : 0;
    }
}
