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

    // Smaller steps come from clock synchronization; they are made up for at half speed.
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

    /** Converts a time of this clock to what the system clock, as it is set now, would have shown. */
    public static Instant shown(Instant time) {
        return SYSTEM.show(time);
    }

    synchronized Instant read() {
        // In this order, a pause between the two reads shortens the measured time, so this clock does not run ahead
        // because of it.
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
