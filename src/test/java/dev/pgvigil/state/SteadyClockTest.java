package dev.pgvigil.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SteadyClockTest {

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private Instant time = NOON;
    private long ticks;
    private final SteadyClock clock = new SteadyClock(() -> time, () -> ticks);

    private Instant after(Duration passed) {
        time = time.plus(passed);
        ticks += passed.toNanos();
        return clock.read();
    }

    @Test
    void returnsTimeOfDay() {
        assertThat(after(Duration.ofSeconds(5))).isEqualTo(NOON.plusSeconds(5));
        assertThat(after(Duration.ZERO)).isEqualTo(NOON.plusSeconds(5));
        assertThat(clock.show(NOON)).isEqualTo(NOON);
    }

    @Test
    void agesStillIncreaseWhenClockIsSetBack() {
        Instant seen = after(Duration.ofSeconds(1));
        time = time.minus(Duration.ofHours(1));

        Instant tenLater = after(Duration.ofSeconds(10));
        assertThat(Duration.between(seen, tenLater)).isEqualTo(Duration.ofSeconds(10));
        for (int hour = 1; hour <= 3; hour++) {
            assertThat(Duration.between(seen, after(Duration.ofHours(1))))
                    .isEqualTo(Duration.ofHours(hour).plusSeconds(10));
        }
    }

    @Test
    void shownTimesFollowClockThatIsSetBack() {
        Instant seen = after(Duration.ofSeconds(1));
        time = time.minus(Duration.ofHours(1));

        assertThat(clock.show(after(Duration.ofSeconds(10)))).isEqualTo(time);
        assertThat(clock.show(seen)).isEqualTo(time.minusSeconds(10));
        time = time.minus(Duration.ofDays(1));
        assertThat(clock.show(after(Duration.ofMinutes(1)))).isEqualTo(time);
        assertThat(clock.show(after(Duration.ofDays(2)))).isEqualTo(time);
    }

    @Test
    void slewsWhenClockIsSetBackByLessThanASecond() {
        Instant seen = after(Duration.ofSeconds(1));
        time = time.minusMillis(800);

        Instant later = after(Duration.ofSeconds(1));
        assertThat(Duration.between(seen, later)).isEqualTo(Duration.ofMillis(500));
        assertThat(after(Duration.ofSeconds(1))).isEqualTo(time);
        assertThat(clock.show(time)).isEqualTo(time);
    }

    @Test
    void followsClockThatIsSetForward() {
        time = time.plus(Duration.ofHours(1));
        assertThat(after(Duration.ofSeconds(1))).isEqualTo(time);
        assertThat(clock.show(time)).isEqualTo(time);
    }

    @Test
    void neverGoesBackWhenClockIsSetBackAndForward() {
        Instant seen = after(Duration.ofSeconds(1));
        time = time.minus(Duration.ofHours(1));
        after(Duration.ofSeconds(1));
        time = time.plus(Duration.ofHours(1));

        Instant later = after(Duration.ofSeconds(1));
        assertThat(Duration.between(seen, later)).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        assertThat(clock.show(later)).isEqualTo(time);
    }

    @Test
    void isNotAheadAfterPauseBetweenReadings() {
        int[] pause = {1};
        SteadyClock paused = new SteadyClock(() -> time, () -> {
            if (pause[0]-- == 0) {
                time = time.plusMillis(300);
                ticks += 300_000_000;
            }
            return ticks;
        });
        paused.read();
        for (int i = 0; i < 10; i++) {
            time = time.plusSeconds(1);
            ticks += 1_000_000_000;
            assertThat(paused.read()).isBeforeOrEqualTo(time);
        }
    }
}
