package dev.pgvigil.trend;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The trends of one target. Immutable.
 *
 * @param at when they were computed
 * @param slots connection slots of the server; null: not known
 * @param troubled whether the target was not healthy then
 */
record TargetTrends(
        String target,
        Instant at,
        List<SeriesTrend> series,
        @Nullable Integer slots,
        boolean troubled) {

    TargetTrends {
        series = List.copyOf(series);
    }

    List<SeriesTrend> anomalous() {
        return series.stream().filter(SeriesTrend::isAnomalous).toList();
    }

    /** A single unusual series of a target that is well is shown, and is no finding: of many series one is always unusual. */
    boolean isNotable() {
        return anomalous().size() >= 2 || (troubled && !anomalous().isEmpty());
    }

    /** The limit that a forecast is compared with; null: none is known. */
    @Nullable
    Double limit(Measure measure) {
        return measure == Measure.CONNECTIONS && slots != null ? (double) slots : null;
    }

    /** Whether even the near edge of what the past errors allow is beyond the limit within a week. */
    boolean reachesLimit(SeriesTrend one) {
        Double limit = limit(one.measure());
        WeekAhead forecast = one.forecast();
        return limit != null && forecast != null && forecast.low() > limit;
    }
}
