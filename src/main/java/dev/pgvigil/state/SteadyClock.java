package dev.pgvigil.state;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * A clock for computing ages. It never goes back, whatever happens to the system clock, so that old observations do not look new.
 * When the system clock is set back, this clock stays ahead of it from then on, and {@link #shown} converts its times for display.
 * When the system clock is set forward, this clock follows, because the machine may have been suspended: targets are then unknown
 * until the next heartbeat. Thread-safe.
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

    /** @param ticks nanoseconds of a monotonic clock */
    SteadyClock(InstantSource clock, LongSupplier ticks) {
        this.clock = clock;
        this.ticks = ticks;
        this.latest = clock.instant();
        this.latestAt = ticks.getAsLong();
    }

    /** The current time, for computing ages. */
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
