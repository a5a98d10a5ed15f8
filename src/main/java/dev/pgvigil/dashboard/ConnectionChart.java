package dev.pgvigil.dashboard;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PoolUsage;
import dev.pgvigil.history.ConnectionSample;
import dev.pgvigil.history.Window;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.target.Threshold;
import dev.pgvigil.target.Thresholds;
import java.util.Arrays;
import java.util.List;

/** Connections in use, against the limit and the thresholds. Pure. */
final class ConnectionChart {

    private ConnectionChart() {}

    static Chart of(List<ConnectionSample> samples, Window window, Thresholds thresholds, String now) {
        int limit = samples.stream()
                .filter(ConnectionSample::observed)
                .mapToInt(ConnectionSample::limit)
                .reduce(0, (before, last) -> last);
        int most = samples.stream().mapToInt(ConnectionSample::most).max().orElse(0);
        Axis axis = Axis.counts(Math.max(limit, most));
        double[] heights = samples.stream()
                .mapToDouble(sample -> sample.observed() ? axis.height(sample.most()) : Double.NaN)
                .toArray();
        double[] ground = new double[heights.length];
        Arrays.fill(ground, Axis.HEIGHT);
        Chart.Drawing drawing = new Chart.Drawing(window, samples.size(), axis)
                .mark(
                        "gap",
                        "no data",
                        i -> i < samples.size() - 1 && !samples.get(i).observed())
                .path("band", SvgPath.band(heights, ground));
        if (limit > 0) {
            threshold(drawing, "warn", "degraded", PoolUsage.DEGRADED, limit, thresholds);
            threshold(drawing, "bad", "unhealthy", PoolUsage.UNHEALTHY, limit, thresholds);
            drawing.level("limit", "limit " + limit, limit);
        }
        return drawing.path("line", SvgPath.line(heights))
                .readings(samples.stream()
                        .map(sample -> sample.observed() ? sample.most() + " of " + sample.limit() : "no data"))
                .chart("connections", "Connections", now, summary(window, limit, most));
    }

    /** The latest observation as text. */
    static String inUse(TargetState state, PointInTimeView fleetView) {
        PoolUsage seen = Observation.of(PoolUsage.CHECK, PoolUsage.class, state, fleetView)
                .value();
        return seen == null ? TextFormat.UNKNOWN : seen.checkedOut() + " of " + seen.poolSize();
    }

    private static void threshold(
            Chart.Drawing drawing, String kind, String status, Threshold threshold, int limit, Thresholds thresholds) {
        double ratio = thresholds.of(threshold);
        drawing.level(kind, status + " from " + HumanFormat.percent(ratio), ratio * limit);
    }

    private static String summary(Window window, int limit, int most) {
        return limit == 0
                ? "no connection data in " + HeartbeatChart.span(window)
                : "at most %d in use over %s, of %d available to ordinary roles"
                        .formatted(most, HeartbeatChart.span(window), limit);
    }
}
