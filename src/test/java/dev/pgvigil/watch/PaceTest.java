package dev.pgvigil.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Heartbeat;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PaceTest {

    @Property
    void noStretchedHeartbeatComesTooLateToBeFresh(
            @ForAll @DoubleRange(min = 1, max = 32) double factor,
            @ForAll @LongRange(min = 100, max = 600_000) long everyMs,
            @ForAll @LongRange(min = 1, max = 600_000) long roomMs) {
        Duration fresh = Duration.ofMillis(everyMs + roomMs);

        assertThat(beat(factor, Duration.ofMillis(everyMs), fresh))
                .isGreaterThanOrEqualTo(Duration.ofMillis(everyMs))
                .isLessThan(fresh);
    }

    @Test
    void aHeartbeatGivesWayWhereThereIsRoom() {
        assertThat(beat(32, Duration.ofMillis(500), Duration.ofSeconds(4))).isEqualTo(Duration.ofSeconds(2));
        assertThat(beat(3, Duration.ofMillis(500), Duration.ofSeconds(4))).isEqualTo(Duration.ofMillis(1500));
    }

    private static Duration beat(double factor, Duration cadence, Duration fresh) {
        return Pace.capped(Pace.stretched(Heartbeat.NAME, cadence, factor), cadence, fresh);
    }
}
