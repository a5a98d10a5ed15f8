package dev.pgvigil.state;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time of day, except that it never goes back: ages are differences of it, and when somebody puts the machine's clock
 * back, what was observed long ago must not look new. Meanwhile it goes at half the pace, until the clock has caught up. Put
 * forward it follows at once, as the machine may have slept: then nothing is known until the next heartbeat. Safe for any
 * thread.
 */
public final class SteadyClock {

    private static final SteadyClock SYSTEM = new SteadyClock(Clock.systemUTC(), System::nanoTime);

    private final InstantSource clock;
    private final LongSupplier ticks;
    private Instant shown;
    private long shownAt;

    /** @param ticks nanoseconds that pass whatever the clock shows */
    SteadyClock(InstantSource clock, LongSupplier ticks) {
        this.clock = clock;
        this.ticks = ticks;
        this.shown = clock.instant();
        this.shownAt = ticks.getAsLong();
    }

    /** The time now. */
    public static Instant now() {
        return SYSTEM.read();
    }

    synchronized Instant read() {
        long now = ticks.getAsLong();
        Instant slowest = shown.plus(Duration.ofNanos((now - shownAt) / 2));
        Instant time = clock.instant();
        shown = time.isBefore(slowest) ? slowest : time;
        shownAt = now;
        return shown;
    }
}
