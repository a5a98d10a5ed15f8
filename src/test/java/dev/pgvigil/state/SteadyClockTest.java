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
    }

    @Test
    void agesStillIncreaseWhenClockIsSetBack() {
        Instant seen = after(Duration.ofSeconds(1));
        time = time.minus(Duration.ofHours(1));
        Instant tenLater = after(Duration.ofSeconds(10));
        assertThat(Duration.between(seen, tenLater)).isEqualTo(Duration.ofSeconds(5));
        assertThat(after(Duration.ofHours(3))).isEqualTo(time);
    }

    @Test
    void followsClockThatIsSetForward() {
        time = time.plus(Duration.ofHours(1));
        assertThat(after(Duration.ofSeconds(1))).isEqualTo(time);
    }
}
