package dev.pgvigil.trend;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be said of one series; null: too little is known to say it.
 *
 * @param days complete days that are known
 */
record SeriesTrend(
        Measure measure,
        int days,
        @Nullable DailyGrowth growth,
        @Nullable WeekAhead forecast,
        @Nullable Anomaly anomaly) {

    /** The share of the heartbeats of an hour that must be answered, so that it is an example of what is usual. */
    private static final double USUAL = 0.99;

    /**
     * Evaluates a series.
     *
     * @param hours means of at least five weeks, if there are
     * @param up share of answered heartbeats of these hours
     * @param quarters means of the last four quarters of an hour
     * @param end of the last of them
     */
    static SeriesTrend of(Measure measure, Hours hours, Hours up, List<Double> quarters, Instant end, ZoneId zone) {
        Days days = Days.of(hours, zone, end);
        return new SeriesTrend(
                measure,
                days.size(),
                DailyGrowth.of(days).orElse(null),
                WeekAhead.of(days).orElse(null),
                measure.anomalous()
                        ? Anomaly.of(measure, hours.without(up, USUAL), quarters, end, zone)
                                .orElse(null)
                        : null);
    }

    /** Whether it grows by more than that share of its value a day, and for certain. */
    boolean growsFast(double ratio) {
        return growth != null
                && growth.low() > 0
                && growth.ratio() > ratio
                && growth.ratio() * growth.level() > measure.leastGrowth();
    }

    boolean isAnomalous() {
        return anomaly != null && anomaly.found();
    }
}
