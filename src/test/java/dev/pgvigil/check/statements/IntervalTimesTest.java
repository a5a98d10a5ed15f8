package dev.pgvigil.check.statements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class IntervalTimesTest {

    @Test
    void derivesMeanAndVarianceOfTheIntervalFromCumulativeFigures() {
        Random random = new Random(7);
        double[] before = new double[5000];
        double[] lately = new double[300];
        for (int i = 0; i < before.length; i++) {
            before[i] = 2 + random.nextDouble();
        }
        for (int i = 0; i < lately.length; i++) {
            lately[i] = 11 + 5 * random.nextDouble();
        }

        IntervalTimes times = IntervalTimes.of(counters(before, lately), growth(before, lately));

        assertThat(times.calls()).isEqualTo(300);
        assertThat(times.meanMs()).isCloseTo(mean(lately), within(1e-9));
        assertThat(times.varianceMs()).isCloseTo(squares(lately) / 300, within(1e-6));
    }

    @Test
    void varianceIsUnknownWhereRoundingHidesIt() {
        double[] before = new double[100_000];
        for (int i = 0; i < before.length; i++) {
            before[i] = i % 2 == 0 ? 1 : 100_000;
        }
        double[] lately = {50_000.001, 50_000.002};

        IntervalTimes times = IntervalTimes.of(counters(before, lately), growth(before, lately));

        assertThat(times.meanMs()).isCloseTo(50_000.0015, within(1e-3));
        assertThat(times.varianceMs()).isNull();
    }

    @Test
    void oneCallHasNoVariance() {
        double[] before = {1, 2, 3};
        double[] lately = {7};
        IntervalTimes times = IntervalTimes.of(counters(before, lately), growth(before, lately));

        assertThat(times.meanMs()).isCloseTo(7, within(1e-9));
        assertThat(times.varianceMs()).isCloseTo(0, within(1e-9));
    }

    @Test
    void withoutCallsNothingIsKnown() {
        IntervalTimes times = IntervalTimes.of(counters(new double[] {4}), new double[Counter.COUNT]);

        assertThat(times).isEqualTo(new IntervalTimes(0, null, null));
    }

    @Test
    void countsFromZeroAfterAReset() {
        double[] lately = {4, 6};

        IntervalTimes times = IntervalTimes.of(counters(lately), counters(lately));

        assertThat(times).isEqualTo(new IntervalTimes(2, 5.0, 1.0));
    }

    @Test
    void addsUpSquaresOfTwoSets() {
        double[] one = {1, 2, 6};
        double[] other = {10, 30};

        assertThat(IntervalTimes.squares(counters(one), counters(other)))
                .isCloseTo(squares(new double[] {1, 2, 6, 10, 30}), within(1e-9));
    }

    /** As the server keeps them: the standard deviation rounded to a double. */
    static double[] counters(double[]... sets) {
        int calls = 0;
        for (double[] set : sets) {
            calls += set.length;
        }
        double[] all = new double[calls];
        int at = 0;
        for (double[] set : sets) {
            System.arraycopy(set, 0, all, at, set.length);
            at += set.length;
        }
        double[] counters = new double[Counter.COUNT];
        double deviation = Math.sqrt(squares(all) / calls);
        counters[Counter.CALLS.place()] = calls;
        counters[Counter.EXEC_TIME.place()] = mean(all) * calls;
        counters[Counter.SQUARES.place()] = calls * deviation * deviation;
        return counters;
    }

    private static double[] growth(double[] before, double[] lately) {
        double[] growth = counters(before, lately);
        double[] first = counters(before);
        for (int i = 0; i < growth.length; i++) {
            growth[i] -= first[i];
        }
        return growth;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double squares(double[] values) {
        double mean = mean(values);
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return squares;
    }
}
