package dev.pgvigil.trend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DailyGrowthTest {

    private static Days days(int days, ToDoubleFunction<Instant> value) {
        return Days.of(Past.hours(days, value), ZoneOffset.UTC, Past.NOW);
    }

    @Test
    void findsTheShareByWhichItGrowsWhateverTheLevel() {
        DailyGrowth growth = DailyGrowth.of(days(20, at -> 5e9 * Math.pow(1.15, -Past.daysAgo(at))))
                .orElseThrow();

        assertThat(growth.ratio()).isCloseTo(0.15, within(0.002));
        assertThat(growth.low()).isCloseTo(0.15, within(0.002));
    }

    @Test
    void nightlyDumpsAndASingleDayDoNotMoveIt() {
        DailyGrowth growth = DailyGrowth.of(days(
                        20,
                        at -> 1e9
                                + 1e6 * -Past.daysAgo(at)
                                + (at.toString().contains("T03:") ? 9e9 : 0)
                                + (at.toString().startsWith("2026-11-20") ? 9e9 : 0)))
                .orElseThrow();

        assertThat(growth.perDay()).isCloseTo(1e6, within(1e4));
    }

    @Test
    void isSilentWithFewerThanTenDays() {
        assertThat(DailyGrowth.of(days(9, at -> 1))).isEmpty();
        assertThat(DailyGrowth.of(days(10, at -> 1))).isPresent();
        assertThat(DailyGrowth.of(days(0, at -> 1))).isEmpty();
    }

    @Test
    void daysOfWhichHalfIsMissingDoNotCount() {
        assertThat(days(20, at -> at.toString().compareTo("2026-11-20T13") < 0 ? Double.NaN : 1)
                        .size())
                .isEqualTo(8);
    }

    @Test
    void whatIsNothingDoesNotGrowByAShare() {
        DailyGrowth growth = DailyGrowth.of(days(20, at -> 0)).orElseThrow();

        assertThat(growth.ratio()).isZero();
        assertThat(growth.on(growth.lastDay() + 7)).isZero();
    }

    /** Days of the zone, which have 23, 24 or 25 hours. */
    @Test
    void aDayWithAChangeOfTheClockIsADay() {
        Instant afterChange = Instant.parse("2026-10-26T12:00:00Z");
        Days days = Days.of(Past.hours(afterChange, 15, at -> 1), ZoneId.of("Europe/Berlin"), afterChange);

        assertThat(days.size()).isEqualTo(14);
        assertThat(days.day(13) - days.day(0)).isEqualTo(13);
    }

    @ParameterizedTest
    @CsvSource({"23, false", "28, true", "42, true"})
    void forecastNeedsTenThatCanBeTried(int days, boolean told) {
        assertThat(WeekAhead.of(days(days, at -> 100 - Past.daysAgo(at))).isPresent())
                .isEqualTo(told);
    }

    @Test
    void aStraightLineIsForecastWithoutError() {
        WeekAhead ahead = WeekAhead.of(days(42, at -> 100 - Past.daysAgo(at))).orElseThrow();

        assertThat(ahead.error()).isCloseTo(0, within(1e-6));
        assertThat(ahead.trials()).isGreaterThanOrEqualTo(20);
        // The last complete day is centred a day before now.
        assertThat(ahead.value()).isCloseTo(100 - 1 + 7, within(0.6));
    }

    /** What is stated is what was measured: nine of ten of the errors of the past are at most the large one. */
    @Test
    void errorIsMeasuredOnThePast() {
        Random random = new Random(7);
        double[] walk = new double[60];
        for (int i = 1; i < walk.length; i++) {
            walk[i] = walk[i - 1] + random.nextGaussian() * 10;
        }
        Days days = days(42, at -> 1_000 + walk[(int) Past.daysAgo(at)]);
        WeekAhead ahead = WeekAhead.of(days).orElseThrow();

        long within = IntStream.range(0, days.size())
                .filter(i -> DailyGrowth.at(days, days.day(i) - WeekAhead.DAYS)
                        .filter(growth -> Math.abs(growth.on(days.day(i)) - days.value(i)) <= ahead.largeError())
                        .isPresent())
                .count();
        assertThat(within).isBetween((long) Math.floor(ahead.trials() * 0.9), (long) ahead.trials());
        assertThat(ahead.error()).isPositive().isLessThanOrEqualTo(ahead.largeError());
        assertThat(ahead.low()).isLessThan(ahead.value());
    }
}
