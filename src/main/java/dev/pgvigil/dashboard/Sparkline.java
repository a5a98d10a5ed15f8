package dev.pgvigil.dashboard;

import dev.pgvigil.history.Beats;
import java.util.List;

/**
 * An hour of heartbeats at a glance. All have one and the same scale, so that rows can be compared.
 *
 * @param line the slowest answer of each minute
 * @param lost minutes in which a beat was lost
 * @param summary the same in words
 */
record Sparkline(String line, String lost, String summary) {

    static final int MINUTES = 60;

    private static final Axis SCALE = Axis.milliseconds(0.1, 10_000);

    static Sparkline of(List<Beats> minutes) {
        double[] heights = minutes.stream()
                .mapToDouble(some -> some.answered() == 0 ? Double.NaN : SCALE.height(some.max()))
                .toArray();
        List<Beats> answered =
                minutes.stream().filter(some -> some.answered() > 0).toList();
        return new Sparkline(
                Plot.line(heights),
                Plot.columns(minutes.size(), Axis.HEIGHT, i -> minutes.get(i).lost() > 0),
                HeartbeatChart.summary(
                        !answered.isEmpty(),
                        answered.stream().mapToDouble(Beats::min).min().orElse(0),
                        answered.stream().mapToDouble(Beats::max).max().orElse(0),
                        minutes.stream().mapToInt(Beats::lost).sum()));
    }
}
