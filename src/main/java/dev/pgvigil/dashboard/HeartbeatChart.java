package dev.pgvigil.dashboard;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.history.HeartbeatSeries;
import dev.pgvigil.history.Window;
import dev.pgvigil.target.Thresholds;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Heartbeat response times on a logarithmic scale, with the threshold, failed heartbeats and gaps. Pure. */
final class HeartbeatChart {

    private HeartbeatChart() {}

    static Chart of(List<HeartbeatSeries> beats, Window window, Thresholds thresholds, String now) {
        double slow = thresholds.of(HeartbeatResult.SLOW) * 1000;
        List<HeartbeatSeries> answered =
                beats.stream().filter(some -> some.answered() > 0).toList();
        double least = answered.stream().mapToDouble(HeartbeatSeries::min).min().orElse(1);
        double most = answered.stream().mapToDouble(HeartbeatSeries::max).max().orElse(1);
        int lost = HeartbeatSeries.lost(beats);
        Axis axis = Axis.milliseconds(least, Math.max(most, slow));
        return new Chart.Drawing(window, beats.size(), axis)
                .mark(
                        "gap",
                        "no data",
                        i -> i < beats.size() - 1 && !beats.get(i).observed())
                .mark(
                        "lost",
                        HumanFormat.count(lost, "lost heartbeat"),
                        i -> beats.get(i).lost() > 0)
                .path(
                        "band",
                        SvgPath.band(
                                heights(beats, axis, HeartbeatSeries::max), heights(beats, axis, HeartbeatSeries::min)))
                .level("warn", "slow from " + Axis.duration(slow), slow)
                .path("line", SvgPath.line(heights(beats, axis, HeartbeatSeries::mean)))
                .readings(beats.stream().map(HeartbeatChart::reading))
                .chart("heartbeat", "Heartbeat", now, summary(window, !answered.isEmpty(), least, most, lost));
    }

    private static String reading(HeartbeatSeries beats) {
        if (!beats.observed()) {
            return "no data";
        }
        String lost = beats.lost() == 0 ? "" : HumanFormat.count(beats.lost(), "lost heartbeat");
        return beats.answered() == 0
                ? lost
                : Axis.duration(beats.mean())
                        + (beats.max() > beats.mean() ? ", at most " + Axis.duration(beats.max()) : "")
                        + (lost.isEmpty() ? "" : ", " + lost);
    }

    /** A summary of heartbeats as text. */
    static String summary(Window window, boolean answered, double least, double most, int lost) {
        if (!answered) {
            return lost == 0 ? "no heartbeat data in " + span(window) : "no heartbeat succeeded in " + span(window);
        }
        return "answered in %s to %s over %s, %s lost"
                .formatted(
                        Axis.duration(least),
                        Axis.duration(most),
                        span(window),
                        lost == 0 ? "none" : Integer.toString(lost));
    }

    /** {@code the last hour}. */
    static String span(Window window) {
        return switch (window) {
            case TEN, THIRTY -> "the last " + window.minutes() + " min";
            case SIXTY -> "the last hour";
        };
    }

    private static double[] heights(List<HeartbeatSeries> beats, Axis axis, ToDoubleFunction<HeartbeatSeries> value) {
        return beats.stream()
                .mapToDouble(some -> some.answered() == 0 ? Double.NaN : axis.height(value.applyAsDouble(some)))
                .toArray();
    }
}
