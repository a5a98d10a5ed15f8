package dev.pgvigil.dashboard;

import dev.pgvigil.history.HeartbeatSeries;
import dev.pgvigil.history.Window;
import java.util.List;

/**
 * A small chart of the last heartbeats. All have the same scale, so that rows can be compared.
 *
 * @param line the slowest response time per column
 * @param lost columns with a failed heartbeat
 * @param summary the same as text
 */
record Sparkline(String line, String lost, String summary) {

    private static final Axis SCALE = Axis.milliseconds(0.1, 10_000);

    static Sparkline of(List<HeartbeatSeries> parts, Window window) {
        double[] heights = parts.stream()
                .mapToDouble(some -> some.answered() == 0 ? Double.NaN : SCALE.height(some.max()))
                .toArray();
        List<HeartbeatSeries> answered =
                parts.stream().filter(some -> some.answered() > 0).toList();
        return new Sparkline(
                SvgPath.line(heights),
                SvgPath.columns(parts.size(), Axis.HEIGHT, i -> parts.get(i).lost() > 0),
                HeartbeatChart.summary(
                        window,
                        !answered.isEmpty(),
                        answered.stream()
                                .mapToDouble(HeartbeatSeries::min)
                                .min()
                                .orElse(0),
                        answered.stream()
                                .mapToDouble(HeartbeatSeries::max)
                                .max()
                                .orElse(0),
                        HeartbeatSeries.lost(parts)));
    }
}
