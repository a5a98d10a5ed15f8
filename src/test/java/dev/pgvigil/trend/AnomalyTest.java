package dev.pgvigil.trend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnomalyTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    /** Busy by day, less so on Sundays. */
    private static double usual(Instant at, ZoneId zone) {
        var local = at.atZone(zone);
        double day = local.getHour() >= 8 && local.getHour() < 20 ? 100 : 20;
        return local.getDayOfWeek() == DayOfWeek.SUNDAY ? day / 2 : day;
    }

    private static Optional<Anomaly> look(Hours hours, double... quarters) {
        List<Double> values = Arrays.stream(quarters).boxed().toList();
        return Anomaly.of(Measure.CONNECTIONS, hours, values, Past.NOW, ZoneOffset.UTC);
    }

    @ParameterizedTest
    @CsvSource({
        "50, false", // as always at noon on a Sunday
        "70, false", // within half of what is usual
        "100, true", // usual on other days, and not on this one
        "20, true",
    })
    void comparesWithTheSameHourOfTheWeek(double now, boolean unusual) {
        Anomaly anomaly = look(Past.hours(35, at -> usual(at, ZoneOffset.UTC)), now, now, now, now)
                .orElseThrow();

        assertThat(anomaly.expected()).isEqualTo(50);
        assertThat(anomaly.found()).isEqualTo(unusual);
    }

    @Test
    void aShortPeakIsNone() {
        Hours hours = Past.hours(35, at -> usual(at, ZoneOffset.UTC));

        assertThat(look(hours, 50, 400, 400, 400).orElseThrow().found()).isFalse();
        assertThat(look(hours, 400, 10, 400, 400).orElseThrow().found()).isFalse();
        assertThat(look(hours, 400, 400, 400, 400).orElseThrow().found()).isTrue();
    }

    @Test
    void aSmallEffectIsNone() {
        assertThat(look(Past.hours(35, at -> 2), 9, 9, 9, 9).orElseThrow().found())
                .isFalse();
        assertThat(look(Past.hours(35, at -> 2), 13, 13, 13, 13).orElseThrow().found())
                .isTrue();
    }

    @Test
    void isSilentBeforeThreeWeeksAndWithoutTheLastHour() {
        assertThat(look(Past.hours(20, at -> 2), 90, 90, 90, 90)).isEmpty();
        assertThat(look(Past.hours(22, at -> 2), 90, 90, 90, 90)).isPresent();
        assertThat(look(Past.hours(35, at -> 2), 90, 90, 90)).isEmpty();
    }

    @Test
    void aNewLevelIsUsualAfterADay() {
        Hours hours = Past.hours(35, at -> usual(at, ZoneOffset.UTC) * (Past.daysAgo(at) < 1.05 ? 1.8 : 1));

        Anomaly anomaly = look(hours, 90, 90, 90, 90).orElseThrow();
        assertThat(anomaly.expected()).isCloseTo(90, within(0.1));
        assertThat(anomaly.found()).isFalse();
    }

    @Test
    void whatVariesMuchIsSeldomUnusual() {
        Random random = new Random(3);
        Hours hours = Past.hours(35, at -> 100 * Math.exp(random.nextGaussian() * 0.5));

        assertThat(look(hours, 220, 220, 220, 220).orElseThrow().found()).isFalse();
    }

    /** The clock of Berlin was set back on 25 October 2026: noon there is noon before and after. */
    @Test
    void hoursAreThoseOfTheZoneBeforeAndAfterAChangeOfTheClock() {
        Instant now = Instant.parse("2026-11-02T07:00:00Z"); // Monday, 8:00 in Berlin: the hour before was quiet
        Hours hours = Past.hours(now, 35, at -> usual(at, BERLIN));

        HourOfWeek quiet =
                HourOfWeek.at(hours, now.minus(Duration.ofHours(2)), BERLIN).orElseThrow();
        assertThat(quiet.median()).isEqualTo(20);
        HourOfWeek busy =
                HourOfWeek.at(hours, now.plus(Duration.ofHours(2)), BERLIN).orElseThrow();
        assertThat(busy.median()).isEqualTo(100);
        assertThat(busy.values()).isGreaterThanOrEqualTo(HourOfWeek.FEWEST_VALUES);
    }

    @Test
    void hoursOfOutagesAreNoExample() {
        Hours up = Past.hours(35, at -> Past.daysAgo(at) > 13.9 && Past.daysAgo(at) < 14.1 ? 0 : 1);
        Hours slow = Past.hours(35, at -> Objects.equals(up.at(at), 0.0) ? 5_000 : 3);

        assertThat(slow.without(up, 0.99).byHour().values()).containsOnly(3.0);
        SeriesTrend trend =
                SeriesTrend.of(Measure.RESPONSE_TIME, slow, up, Collections.nCopies(4, 40.0), Past.NOW, ZoneOffset.UTC);
        assertThat(trend.isAnomalous()).isTrue();
    }
}
