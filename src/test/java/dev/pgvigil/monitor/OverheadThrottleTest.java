package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.activity.Conflicts;
import dev.pgvigil.check.server.Databases;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverheadThrottleTest {

    private static final long TEN_SECONDS = 10_000_000_000L;

    @Property
    void throttledHeartbeatDoesNotBecomeStale(
            @ForAll @DoubleRange(min = 1, max = 32) double factor,
            @ForAll @LongRange(min = 100, max = 600_000) long everyMs,
            @ForAll @LongRange(min = 1, max = 600_000) long roomMs) {
        Duration fresh = Duration.ofMillis(everyMs + roomMs);

        assertThat(beat(factor, Duration.ofMillis(everyMs), fresh))
                .isGreaterThanOrEqualTo(Duration.ofMillis(everyMs))
                .isLessThan(fresh);
    }

    /** The throttle is evaluated six times a minute. */
    @Test
    void singleCostIncreaseRaisesFactorOnce() {
        OverheadThrottle throttle = new OverheadThrottle();
        long start = System.nanoTime();
        for (int i = 0; i < 6; i++) {
            throttle.evaluate(start + i * TEN_SECONDS, 0.02, 0.01);
            assertThat(throttle.factor()).isEqualTo(2);
        }
        assertThat(throttle.evaluate(start + 6 * TEN_SECONDS, 0.0001, 0.01)).isTrue();
        assertThat(throttle.factor()).isEqualTo(1);
    }

    @Test
    void sustainedCostRaisesFactorAgainAfterOneMinute() {
        OverheadThrottle throttle = new OverheadThrottle();
        long start = System.nanoTime();
        throttle.evaluate(start, 0.02, 0.01);
        throttle.evaluate(start + 7 * TEN_SECONDS, 0.03, 0.01);
        assertThat(throttle.factor()).isEqualTo(6);
    }

    @Test
    void retriesFailedCheckSoonThenBacksOff() {
        OverheadThrottle throttle = new OverheadThrottle();
        assertThat(List.of(
                        throttle.retryDelay(1),
                        throttle.retryDelay(2),
                        throttle.retryDelay(3),
                        throttle.retryDelay(8),
                        throttle.retryDelay(1000)))
                .extracting(Duration::toSeconds)
                .containsExactly(2L, 4L, 8L, 256L, 256L);
        throttle.evaluate(System.nanoTime(), 0.02, 0.01);
        assertThat(throttle.retryDelay(1)).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void throttlesHeartbeatWithinStaleAfter() {
        assertThat(beat(32, Duration.ofMillis(500), Duration.ofSeconds(4))).isEqualTo(Duration.ofSeconds(2));
        assertThat(beat(3, Duration.ofMillis(500), Duration.ofSeconds(4))).isEqualTo(Duration.ofMillis(1500));
    }

    private static Duration beat(double factor, Duration interval, Duration fresh) {
        return OverheadThrottle.capped(Policy.Priority.HEARTBEAT.throttled(interval, factor), interval, fresh);
    }

    @Test
    void usesLongerIntervalOnOldServers() {
        Duration minute = Duration.ofMinutes(1);
        assertThat(new Conflicts().policy().interval(null)).isEqualTo(minute);
        assertThat(new Conflicts().policy().interval(facts(15))).isEqualTo(minute);
        assertThat(new Conflicts().policy().interval(facts(14))).isEqualTo(Duration.ofMinutes(10));
        assertThat(new Databases().policy().interval(facts(14)))
                .isEqualTo(new Databases().policy().interval());
    }

    @ParameterizedTest
    @CsvSource({"14, 600, 60", "15, 60, 60"})
    void usesConfiguredIntervalUnchanged(int major, long standard, long configured) {
        Target plain = SceneTargets.named("shop");
        Target frequent =
                SceneTargets.check(plain, Conflicts.NAME, new CheckSetting(true, Duration.ofSeconds(configured)));

        for (Target target : List.of(plain, frequent)) {
            Duration expected = Duration.ofSeconds(target.equals(frequent) ? configured : standard);
            Schedule schedule = new Schedule(new Catalogue(List.of(new Conflicts())), new MemoryBudget(0), () -> 1);
            schedule.cover(List.of(new TargetMonitor(target, Instant.EPOCH)), 0);

            assertThat(schedule.interval(schedule.runs().getFirst(), facts(major)))
                    .isEqualTo(expected);
            assertThat(ServerState.initial(target.server()).with(facts(major)).interval(target, new Conflicts()))
                    .isEqualTo(expected);
        }
    }

    private static ServerFacts facts(int major) {
        return new ServerFacts(
                major * 10_000,
                major + ".1",
                Role.PRIMARY,
                Instant.EPOCH,
                false,
                true,
                false,
                Map.of(),
                Map.of(),
                Set.of());
    }
}
