package dev.pgvigil.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Conflicts;
import dev.pgvigil.check.Databases;
import dev.pgvigil.check.Heartbeat;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.Role;
import dev.pgvigil.target.ServerFacts;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    void whatFailsIsAskedAgainSoonAndThenMoreSeldom() {
        Pace pace = new Pace();
        assertThat(List.of(pace.again(1), pace.again(2), pace.again(3), pace.again(8), pace.again(1000)))
                .extracting(Duration::toSeconds)
                .containsExactly(2L, 4L, 8L, 256L, 256L);
        pace.judge(System.nanoTime(), 0.02, 0.01);
        assertThat(pace.again(1)).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void aHeartbeatGivesWayWhereThereIsRoom() {
        assertThat(beat(32, Duration.ofMillis(500), Duration.ofSeconds(4))).isEqualTo(Duration.ofSeconds(2));
        assertThat(beat(3, Duration.ofMillis(500), Duration.ofSeconds(4))).isEqualTo(Duration.ofMillis(1500));
    }

    private static Duration beat(double factor, Duration cadence, Duration fresh) {
        return Pace.capped(Pace.stretched(Heartbeat.NAME, cadence, factor), cadence, fresh);
    }

    @Test
    void whatIsDearOnAnOldServerIsAskedMoreSeldomThere() {
        Duration minute = Duration.ofMinutes(1);
        assertThat(new Conflicts().cadence(null)).isEqualTo(minute);
        assertThat(new Conflicts().cadence(facts(15))).isEqualTo(minute);
        assertThat(new Conflicts().cadence(facts(14))).isEqualTo(Duration.ofMinutes(10));
        assertThat(new Databases().cadence(facts(14))).isEqualTo(new Databases().cadence());
    }

    @ParameterizedTest
    @CsvSource({"14, 600, 60", "15, 60, 60"})
    void whatIsConfiguredOfItIsTakenAsItIs(int major, long standard, long configured) {
        Target plain = SceneTargets.named("shop");
        Target hasty =
                SceneTargets.check(plain, Conflicts.NAME, new CheckSetting(true, Duration.ofSeconds(configured)));

        for (Target target : List.of(plain, hasty)) {
            Duration expected = Duration.ofSeconds(target.equals(hasty) ? configured : standard);
            Schedule schedule = new Schedule(new Catalogue(List.of(new Conflicts())));
            schedule.cover(List.of(new Watched(target, Instant.EPOCH)), 0);

            assertThat(schedule.cadence(schedule.runs().getFirst(), facts(major)))
                    .isEqualTo(expected);
            assertThat(ServerState.initial(target.server()).with(facts(major)).interval(target, new Conflicts()))
                    .isEqualTo(expected);
        }
    }

    private static ServerFacts facts(int major) {
        return new ServerFacts(
                major * 10_000, major + ".1", Role.PRIMARY, Instant.EPOCH, false, true, false, Map.of(), Map.of());
    }
}
