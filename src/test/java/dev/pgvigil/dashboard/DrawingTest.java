package dev.pgvigil.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.history.ConnectionSample;
import dev.pgvigil.history.HeartbeatSeries;
import dev.pgvigil.history.Window;
import dev.pgvigil.target.Thresholds;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class DrawingTest {

    private static final Pattern PATH = Pattern.compile("[MLHhvZ0-9. ]*");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+(\\.[0-9])?");
    private static final double NOTHING = Double.NaN;

    @Provide
    Arbitrary<List<HeartbeatSeries>> beats() {
        Arbitrary<Double> figures = Arbitraries.doubles().between(0, Double.MAX_VALUE);
        Arbitrary<Integer> counts =
                Arbitraries.integers().between(0, Short.MAX_VALUE).edgeCases(edges -> edges.add(0));
        return Combinators.combine(figures, counts, counts)
                .as((figure, answered, lost) -> answered == 0
                        ? new HeartbeatSeries(0, 0, 0, 0, lost)
                        : new HeartbeatSeries(figure, figure, figure, answered, lost))
                .list()
                .ofMaxSize(360);
    }

    @Provide
    Arbitrary<List<ConnectionSample>> uses() {
        return Combinators.combine(
                        Arbitraries.integers().greaterOrEqual(0),
                        Arbitraries.integers().greaterOrEqual(0))
                .as((most, limit) -> limit == 0 ? ConnectionSample.NONE : new ConnectionSample(most, limit))
                .list()
                .ofMaxSize(120);
    }

    @Property(tries = 300)
    void drawsAllValuesWithinPicture(
            @ForAll("beats") List<HeartbeatSeries> beats,
            @ForAll("uses") List<ConnectionSample> uses,
            @ForAll double slow,
            @ForAll double ratio) {
        Thresholds thresholds = new Thresholds(
                Map.of("heartbeat.slow", Math.abs(slow), "connections.degraded", ratio, "connections.unhealthy", 0.0));
        for (Chart chart : List.of(
                HeartbeatChart.of(beats, Window.SIXTY, thresholds, "–"),
                ConnectionChart.of(uses, Window.SIXTY, thresholds, ""))) {
            chart.layers().forEach(layer -> assertInside(layer.path(), chart.columns()));
            assertThat(chart.labels()).hasSizeBetween(2, 8).doesNotHaveDuplicates();
            assertThat(chart.toString()).doesNotContain("NaN", "Infinity");
        }
        assertInside(Sparkline.of(beats, Window.TEN).line(), 360);
    }

    private static void assertInside(String path, int columns) {
        assertThat(path).matches(PATH);
        NUMBER.matcher(path)
                .results()
                .map(number -> Double.parseDouble(number.group()))
                .forEach(number -> assertThat(number).isBetween(0.0, Math.max(columns, Axis.HEIGHT)));
    }

    @Example
    void drawsGaps() {
        assertThat(SvgPath.line(new double[] {})).isEmpty();
        assertThat(SvgPath.line(new double[] {NOTHING, NOTHING})).isEmpty();
        assertThat(SvgPath.line(new double[] {NOTHING, 5, NOTHING})).isEqualTo("M1 5 1.5 5 2 5");
        assertThat(SvgPath.line(new double[] {1, 2, NOTHING, 3})).isEqualTo("M0 1 0.5 1 1.5 2 2 2M3 3 3.5 3 4 3");
    }

    @Example
    void shortensConstantRuns() {
        double[] flat = new double[360];
        assertThat(SvgPath.line(flat)).isEqualTo("M0 0 0.5 0 359.5 0 360 0");
        assertThat(SvgPath.band(flat, flat)).isEqualTo("M0 0 0.5 0 359.5 0 360 0L360 0 359.5 0 0.5 0 0 0Z");
    }

    @Example
    void mergesAdjacentColumns() {
        assertThat(SvgPath.columns(6, 100, i -> i == 1 || i == 2 || i == 5)).isEqualTo("M1 0h2v100H1ZM5 0h1v100H5Z");
    }

    @Example
    void axesHaveRoundLabels() {
        assertThat(Axis.counts(97).labels()).containsExactly("100", "80", "60", "40", "20", "0");
        assertThat(Axis.counts(0).labels()).containsExactly("1", "0");
        assertThat(Axis.counts(3).labels()).containsExactly("3", "2", "1", "0");
        assertThat(Axis.counts(Integer.MAX_VALUE).labels()).first().isEqualTo("2500000000");
        assertThat(Axis.milliseconds(0.4, 500).labels()).containsExactly("1 s", "100 ms", "10 ms", "1 ms", "0.1 ms");
        assertThat(Axis.milliseconds(0, 0).labels()).containsExactly("1 ms", "0.1 ms", "0.01 ms");
    }

    @Example
    void countsFailedHeartbeatOnce() {
        HeartbeatSeries lost = new HeartbeatSeries(0, 0, 0, 0, 2);
        List<HeartbeatSeries> beats =
                List.of(lost, new HeartbeatSeries(0, 0, 0, 0, 2, true), new HeartbeatSeries(0, 0, 0, 0, 2, true));
        Chart chart = HeartbeatChart.of(beats, Window.TEN, Thresholds.DEFAULTS, "–");
        assertThat(chart.legend()).contains(new Chart.Key("lost", "2 lost heartbeats"));
        assertThat(chart.layers()).contains(new Chart.Layer("lost", "M0 0h3v100H0Z"));
        assertThat(Sparkline.of(List.of(new HeartbeatSeries(1, 1, 1, 1, 2), beats.getLast()), Window.TEN)
                        .summary())
                .endsWith(", 2 lost");
    }

    @Example
    void chartsHaveTextSummaries() {
        List<HeartbeatSeries> beats = List.of(
                HeartbeatSeries.NONE, new HeartbeatSeries(0.4, 0.5, 1.2, 20, 0), new HeartbeatSeries(0, 0, 0, 0, 3));
        Chart chart = HeartbeatChart.of(beats, Window.SIXTY, Thresholds.DEFAULTS, "0.5 ms");
        assertThat(chart.summary()).isEqualTo("answered in 0.4 ms to 1.2 ms over the last hour, 3 lost");
        assertThat(chart.legend())
                .containsExactly(
                        new Chart.Key("gap", "no data"),
                        new Chart.Key("lost", "3 lost heartbeats"),
                        new Chart.Key("warn", "slow from 500 ms"));
        assertThat(chart.times()).containsExactly("−60 min", "−50", "−40", "−30", "−20", "−10", "now");
        assertThat(ConnectionChart.of(
                                Collections.nCopies(120, ConnectionSample.NONE), Window.SIXTY, Thresholds.DEFAULTS, "")
                        .summary())
                .isEqualTo("no connection data in the last hour");
        assertThat(ConnectionChart.of(
                        List.of(new ConnectionSample(40, 97)), Window.TEN, Thresholds.DEFAULTS, "40 of 97"))
                .satisfies(uses -> assertThat(uses.legend())
                        .extracting(Chart.Key::text)
                        .containsExactly("degraded from 80 %", "unhealthy from 95 %", "limit 97"));
    }
}
