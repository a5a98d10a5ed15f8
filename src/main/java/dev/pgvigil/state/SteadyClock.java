package dev.pgvigil.state;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Times to compute ages from. They pass as time does and never go back, whatever is done to the clock of the machine: what was
 * observed long ago must not look new. When that clock is put back, they stay ahead of it from then on, and {@link #shown} says
 * what to show in their place, so that what people read follows the clock at once. When it is put forward, they follow it too, as
 * the machine may have slept: then nothing is known until the next heartbeat. Safe for any thread.
 */
public final class SteadyClock {

    // Less is how clocks are kept in step with others; it is made up for, at half the pace.
    private static final Duration STEP = Duration.ofSeconds(1);

    private static final SteadyClock SYSTEM = new SteadyClock(Clock.systemUTC(), System::nanoTime);

    private final InstantSource clock;
    private final LongSupplier ticks;
    private Instant latest;
    private long latestAt;
    private volatile Duration ahead = Duration.ZERO;

    /** @param ticks nanoseconds that pass whatever the clock shows */
    SteadyClock(InstantSource clock, LongSupplier ticks) {
        this.clock = clock;
        this.ticks = ticks;
        this.latest = clock.instant();
        this.latestAt = ticks.getAsLong();
    }

    /** The time now, for ages. */
    public static Instant now() {
        return SYSTEM.read();
    }

    /** Such a time as the clock of the machine would have shown it, had it always been as it is now. */
    public static Instant shown(Instant time) {
        return SYSTEM.show(time);
    }

    synchronized Instant read() {
        // In this order a pause between the two makes the next passage of time shorter: nothing runs ahead by it.
        Instant time = clock.instant().plus(ahead);
        long now = ticks.getAsLong();
        Duration passed = Duration.ofNanos(now - latestAt);
        Instant expected = latest.plus(passed);
        if (time.plus(STEP).isBefore(expected)) {
            ahead = ahead.plus(Duration.between(time, expected));
            time = expected;
        }
        Instant slowest = latest.plus(passed.dividedBy(2));
        latest = time.isBefore(slowest) ? slowest : time;
        latestAt = now;
        return latest;
    }

    Instant show(Instant time) {
        return time.minus(ahead);
    }
}
