package dev.pgvigil.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Conflicts;
import dev.pgvigil.check.Heartbeat;
import dev.pgvigil.target.Role;
import dev.pgvigil.target.ServerFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long TEN_SECONDS = 10_000_000_000L;

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

    /** A minute sees it six times. */
    @Test
    void whatWasDearOnceStretchesOnce() {
        Pace pace = new Pace();
        long start = System.nanoTime();
        for (int i = 0; i < 6; i++) {
            pace.judge(start + i * TEN_SECONDS, 0.02, 0.01);
            assertThat(pace.factor()).isEqualTo(2);
        }
        assertThat(pace.judge(start + 6 * TEN_SECONDS, 0.0001, 0.01)).isTrue();
        assertThat(pace.factor()).isEqualTo(1);
    }

    @Test
    void whatStaysDearStretchesMoreAfterAMinute() {
        Pace pace = new Pace();
        long start = System.nanoTime();
        pace.judge(start, 0.02, 0.01);
        pace.judge(start + 7 * TEN_SECONDS, 0.03, 0.01);
        assertThat(pace.factor()).isEqualTo(6);
    }

    @Test
    void aHeartbeatGivesWayWhereThereIsRoom() {
        assertThat(beat(32, Duration.ofMillis(500), Duration.ofSeconds(4))).isEqualTo(Duration.ofSeconds(2));
        assertThat(beat(3, Duration.ofMillis(500), Duration.ofSeconds(4))).isEqualTo(Duration.ofMillis(1500));
    }

    private static Duration beat(double factor, Duration cadence, Duration fresh) {
        return Pace.capped(Pace.stretched(Heartbeat.NAME, cadence, factor, null), cadence, fresh);
    }

    @Test
    void whatIsDearOnAnOldServerIsAskedMoreSeldomThere() {
        Duration minute = Duration.ofMinutes(1);
        assertThat(Pace.stretched(Conflicts.NAME, minute, 2, null)).isEqualTo(Duration.ofMinutes(2));
        assertThat(Pace.stretched(Conflicts.NAME, minute, 2, facts(15))).isEqualTo(Duration.ofMinutes(2));
        assertThat(Pace.stretched(Conflicts.NAME, minute, 2, facts(14))).isEqualTo(Duration.ofMinutes(20));
    }

    private static ServerFacts facts(int major) {
        return new ServerFacts(
                major * 10_000, major + ".1", Role.PRIMARY, Instant.EPOCH, false, true, false, Map.of(), Map.of());
    }
}
