package dev.pgvigil.trend;

import dev.pgvigil.store.HistoryRange;
import dev.pgvigil.store.Series;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Parts of the history as the evaluation takes them. Pure. */
final class TrendInput {

    private TrendInput() {}

    /** Means by the hour. */
    static Map<Series, Hours> hours(HistoryRange range) {
        Map<Series, Hours> all = new EnumMap<>(Series.class);
        for (HistoryRange.Line line : range.lines()) {
            Map<Long, Double> hours = new HashMap<>();
            for (HistoryRange.Point point : line.points()) {
                if (point.value().count() > 0) {
                    hours.put(
                            Math.floorDiv(point.at().getEpochSecond(), Hours.SECONDS),
                            point.value().mean());
                }
            }
            all.put(line.series(), new Hours(hours));
        }
        return all;
    }

    /** Means of all points, oldest first. */
    static Map<Series, List<Double>> quarters(HistoryRange range) {
        Map<Series, List<Double>> all = new EnumMap<>(Series.class);
        for (HistoryRange.Line line : range.lines()) {
            all.put(
                    line.series(),
                    line.points().stream()
                            .filter(point -> point.value().count() > 0)
                            .map(point -> point.value().mean())
                            .toList());
        }
        return all;
    }
}
