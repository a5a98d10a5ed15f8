package dev.pgvigil.self;

import java.time.Duration;

/**
 * The ticks of one event loop. Immutable; times are readings of {@link System#nanoTime()}.
 *
 * @param ticked when it last ticked
 * @param periodStart when the period of the current peak began
 * @param peak highest lag since then, in nanoseconds
 * @param before highest lag of the previous period, in nanoseconds
 */
record LoopClock(int loop, String thread, long ticked, long periodStart, long peak, long before) {

    static final Duration TICK = Duration.ofMillis(500);

    private static final long PERIOD = Duration.ofSeconds(30).toNanos();

    static LoopClock started(int loop, long now) {
        return new LoopClock(loop, "event-loop-" + loop, now, now, 0, 0);
    }

    LoopClock tick(String name, long now) {
        long late = late(now);
        return now - periodStart < PERIOD
                ? new LoopClock(loop, name, now, periodStart, Math.max(peak, late), before)
                : new LoopClock(loop, name, now, now, late, peak);
    }

    LoopLag lag(long now) {
        long late = late(now);
        long worst = Math.max(late, Math.max(peak, before));
        return new LoopLag(loop, thread, Duration.ofNanos(late), Duration.ofNanos(worst));
    }

    private long late(long now) {
        return Math.max(0, now - ticked - TICK.toNanos());
    }
}
