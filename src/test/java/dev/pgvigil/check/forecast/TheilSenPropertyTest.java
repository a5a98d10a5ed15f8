package dev.pgvigil.check.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pgvigil.check.forecast.TheilSen.Slope;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class TheilSenPropertyTest {

    @Property(tries = 200)
    void recoversSlopeOfLineExactly(
            @ForAll @IntRange(min = 10, max = 32) int points,
            @ForAll @DoubleRange(min = -1000, max = 1000) double slope,
            @ForAll @DoubleRange(min = -1e6, max = 1e6) double start) {
        Slope found = slope(times(points), x -> start + slope * x);

        assertThat(found.median()).isCloseTo(slope, within(1e-6));
        assertThat(found.low()).isCloseTo(slope, within(1e-6));
        assertThat(found.high()).isCloseTo(slope, within(1e-6));
    }

    @Property(tries = 200)
    void confidenceIntervalContainsMedian(@ForAll @IntRange(min = 10, max = 32) int points, @ForAll long seed) {
        Random random = new Random(seed);
        Slope found = slope(times(points), x -> random.nextGaussian());

        assertThat(found.low()).isLessThanOrEqualTo(found.median());
        assertThat(found.high()).isGreaterThanOrEqualTo(found.median());
    }

    @Property(tries = 200)
    void ignoresOutliersInAQuarterOfThePoints(
            @ForAll @IntRange(min = 12, max = 32) int points,
            @ForAll @DoubleRange(min = 0.1, max = 100) double slope,
            @ForAll @DoubleRange(min = -1e9, max = 1e9) double outlier,
            @ForAll long seed) {
        double[] x = times(points);
        double[] y = Arrays.stream(x).map(at -> slope * at).toArray();
        Random random = new Random(seed);
        for (int i = 0; i < points / 4; i++) {
            y[random.nextInt(points)] = outlier;
        }

        assertThat(of(x, y).median()).isCloseTo(slope, within(1e-6));
    }

    @Property(tries = 200)
    void mirroredValuesHaveMirroredSlope(@ForAll @IntRange(min = 10, max = 32) int points, @ForAll long seed) {
        Random random = new Random(seed);
        double[] x = times(points);
        double[] y = random.doubles(points).toArray();

        Slope found = of(x, y);
        Slope mirrored = of(x, Arrays.stream(y).map(value -> -value).toArray());

        assertThat(mirrored.median()).isCloseTo(-found.median(), within(1e-12));
        assertThat(mirrored.low()).isCloseTo(-found.high(), within(1e-12));
        assertThat(mirrored.high()).isCloseTo(-found.low(), within(1e-12));
    }

    /** The interval holds the true slope in about 95 of 100 samples; by chance fewer in this one, but never less than 90. */
    @Example
    void intervalHoldsTrueSlopeInMostSamples() {
        Random random = new Random(42);
        int held = 0;
        for (int sample = 0; sample < 500; sample++) {
            Slope found = slope(times(20), x -> 3 * x + 50 * random.nextGaussian());
            held += found.low() <= 3 && 3 <= found.high() ? 1 : 0;
        }
        assertThat(held).isBetween(450, 495);
    }

    @Example
    void saysNothingAboutFewPoints() {
        assertThat(TheilSen.of(times(9), times(9))).isNull();
        assertThat(TheilSen.of(new double[0], new double[0])).isNull();
    }

    private interface Line {
        double at(double x);
    }

    private static Slope slope(double[] x, Line line) {
        return of(x, Arrays.stream(x).map(line::at).toArray());
    }

    private static Slope of(double[] x, double[] y) {
        return Objects.requireNonNull(TheilSen.of(x, y));
    }

    /** Increasing, at uneven intervals. */
    private static double[] times(int points) {
        double[] times = new double[points];
        for (int i = 0; i < points; i++) {
            times[i] = i * 10 + i % 3;
        }
        return times;
    }
}
