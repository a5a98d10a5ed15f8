package dev.pgvigil.slo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.MetricSource;
import dev.pgvigil.check.ReplayLag;
import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.Scene;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class IndicatorTest {

    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final Target SHOP = SampleSlos.target("shop");
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private static final MetricGoal ENOUGH = new MetricGoal("bookings_today", false, 10);

    private record Metric(double age, OptionalDouble least) implements MetricSource.Readings {
        @Override
        public Optional<MetricSource.Reading> reading(String metric) {
            return metric.equals(ENOUGH.metric())
                    ? Optional.of(new MetricSource.Reading(age, least, OptionalDouble.of(100)))
                    : Optional.empty();
        }
    }

    private record Lag(boolean replays, @Nullable Double replayLagSeconds) implements ReplayLag {}

    private static Second of(Indicator indicator, Scene scene) {
        TargetState state = Objects.requireNonNull(scene.snapshot().targets().get("shop"));
        MetricGoal goal = indicator == Indicator.CUSTOM_SQL ? ENOUGH : null;
        Slo slo = new Slo(
                "slo",
                indicator,
                indicator.standard(),
                goal,
                0.999,
                BudgetWindow.D30,
                List.of(),
                Map.of(),
                Map.of(),
                null);
        return Indicator.of(slo, state, scene.snapshot(), INTERVAL, scene.now());
    }

    private static Scene with(String check, Outcome<?> outcome) {
        return Scene.at(NOW).unseen(SHOP, Status.HEALTHY).outcome(SHOP, check, outcome);
    }

    private static Outcome<?> observed(Duration ago, Object value) {
        return new Outcome.Observed<>(NOW.minus(ago), Duration.ZERO, value);
    }

    private static Outcome<?> failed(Duration ago, Reason reason) {
        return new Outcome.Failed<>(NOW.minus(ago), Duration.ZERO, Failure.of(reason, "failed"), null);
    }

    private static Outcome<?> beat(Duration ago, double milliseconds) {
        return observed(ago, new HeartbeatResult(Role.PRIMARY, milliseconds));
    }

    @ParameterizedTest
    @EnumSource(Indicator.class)
    void nothingObservedIsUnknown(Indicator indicator) {
        assertThat(of(indicator, Scene.at(NOW).unseen(SHOP, Status.UNKNOWN))).isEqualTo(Second.UNKNOWN);
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void failedHeartbeatIsBadUnlessPgvigilItselfFailed(Reason reason) {
        Second expected = reason == Reason.LOCAL ? Second.UNKNOWN : Second.BAD;
        Scene scene = with(HeartbeatResult.CHECK, failed(Duration.ZERO, reason));

        assertThat(of(Indicator.AVAILABILITY, scene)).isEqualTo(expected);
        assertThat(of(Indicator.LATENCY, scene)).isEqualTo(expected);
    }

    @Test
    void staleHeartbeatIsUnknown() {
        assertThat(of(Indicator.AVAILABILITY, with(HeartbeatResult.CHECK, beat(Scene.STALE_AFTER, 1))))
                .isEqualTo(Second.GOOD);
        assertThat(of(Indicator.AVAILABILITY, with(HeartbeatResult.CHECK, beat(Scene.STALE_AFTER.plusMillis(1), 1))))
                .isEqualTo(Second.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({"0.5, GOOD", "200, GOOD", "200.1, BAD", "4000, BAD"})
    void slowHeartbeatIsBadForLatencyOnly(double milliseconds, Second expected) {
        Scene scene = with(HeartbeatResult.CHECK, beat(Duration.ZERO, milliseconds));

        assertThat(of(Indicator.LATENCY, scene)).isEqualTo(expected);
        assertThat(of(Indicator.AVAILABILITY, scene)).isEqualTo(Second.GOOD);
    }

    @ParameterizedTest
    @CsvSource({"true, 30, GOOD", "true, 30.5, BAD", "true, , UNKNOWN", "false, , GOOD"})
    void dataThatIsTooOldIsNotFresh(boolean replays, @Nullable Double lag, Second expected) {
        assertThat(of(
                        Indicator.REPLICATION_FRESHNESS,
                        with(ReplayLag.CHECK, observed(Duration.ofSeconds(25), new Lag(replays, lag)))))
                .isEqualTo(expected);
    }

    @Test
    void queryThatEndedLastDecides() {
        Scene scene = with("connections", observed(Duration.ofSeconds(8), ""))
                .outcome(SHOP, HeartbeatResult.CHECK, failed(Duration.ZERO, Reason.CONNECT));
        assertThat(of(Indicator.QUERY_SUCCESS, scene)).isEqualTo(Second.GOOD);

        Scene late = scene.outcome(SHOP, "blocking", failed(Duration.ofSeconds(7), Reason.TIMEOUT));
        assertThat(of(Indicator.QUERY_SUCCESS, late)).isEqualTo(Second.BAD);

        Scene forbidden = scene.outcome(SHOP, "blocking", failed(Duration.ofSeconds(7), Reason.PERMISSION));
        assertThat(of(Indicator.QUERY_SUCCESS, forbidden)).isEqualTo(Second.GOOD);
    }

    @Test
    void queriesOfThreeIntervalsAgoAreUnknown() {
        assertThat(of(Indicator.QUERY_SUCCESS, with("connections", observed(Duration.ofSeconds(31), ""))))
                .isEqualTo(Second.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({"10, GOOD", "9.9, BAD", "NaN, UNKNOWN"})
    void worstRowOfAMetricDecides(double least, Second expected) {
        assertThat(of(Indicator.CUSTOM_SQL, metric(new Metric(0, OptionalDouble.of(least)), Duration.ZERO)))
                .isEqualTo(expected);
    }

    @Test
    void metricWithoutRowsOrWithoutAQueryThatRunsIsUnknown() {
        assertThat(of(Indicator.CUSTOM_SQL, metric(new Metric(0, OptionalDouble.empty()), Duration.ZERO)))
                .isEqualTo(Second.UNKNOWN);
        MetricSource.Readings nothing = any -> Optional.empty();
        assertThat(of(Indicator.CUSTOM_SQL, metric(nothing, Duration.ZERO))).isEqualTo(Second.UNKNOWN);
        assertThat(of(Indicator.CUSTOM_SQL, with(MetricSource.CHECK, failed(Duration.ZERO, Reason.CONNECT))))
                .isEqualTo(Second.UNKNOWN);
    }

    @Test
    void metricOfThreeIntervalsAgoIsUnknown() {
        assertThat(of(Indicator.CUSTOM_SQL, metric(new Metric(25, OptionalDouble.of(9)), Duration.ofSeconds(5))))
                .isEqualTo(Second.BAD);
        assertThat(of(Indicator.CUSTOM_SQL, metric(new Metric(25, OptionalDouble.of(9)), Duration.ofSeconds(6))))
                .isEqualTo(Second.UNKNOWN);
    }

    private static Scene metric(MetricSource.Readings readings, Duration ago) {
        return with(MetricSource.CHECK, observed(ago, readings));
    }
}
