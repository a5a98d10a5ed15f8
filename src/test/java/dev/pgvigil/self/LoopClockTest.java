package dev.pgvigil.self;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoopClockTest {

    private static final LoopClock START = LoopClock.started(1, 0).tick("loop-1", ms(0));

    @Test
    void hasNoLagUntilNextTickIsDue() {
        assertThat(START.lag(ms(500))).isEqualTo(new LoopLag(1, "loop-1", Duration.ZERO, Duration.ZERO));
    }

    @Test
    void lagGrowsWithoutFurtherTicks() {
        assertThat(START.lag(ms(12_500)).late()).isEqualTo(Duration.ofSeconds(12));
    }

    @Test
    void lagEndsAtNextTickAndPeakRemains() {
        LoopLag lag = START.tick("loop-1", ms(3_500)).lag(ms(3_600));

        assertThat(lag.late()).isZero();
        assertThat(lag.peak()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void keepsPeakForHalfToOneMinute() {
        LoopClock clock = START.tick("loop-1", ms(29_500));
        clock = tickUntil(clock, 29_500, 58_000);
        assertThat(clock.lag(ms(58_000)).peak()).isEqualTo(Duration.ofSeconds(29));

        clock = tickUntil(clock, 58_000, 92_000);
        assertThat(clock.lag(ms(92_000)).peak()).isZero();
    }

    @Test
    void handlesNanoTimeOverflow() {
        long late = Long.MAX_VALUE - 1;
        LoopClock clock = LoopClock.started(0, late);

        assertThat(clock.lag(late + ms(2_500)).late()).isEqualTo(Duration.ofSeconds(2));
    }

    private static LoopClock tickUntil(LoopClock clock, long from, long to) {
        LoopClock ticked = clock;
        for (long at = from + 500; at <= to; at += 500) {
            ticked = ticked.tick("loop-1", ms(at));
        }
        return ticked;
    }

    private static long ms(long millis) {
        return millis * 1_000_000;
    }
}
