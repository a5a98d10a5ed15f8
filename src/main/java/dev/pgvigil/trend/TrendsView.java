package dev.pgvigil.trend;

import dev.pgvigil.check.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The trends of one database.
 *
 * @param source {@code store}; or {@code none}, without a store
 * @param computedAt null: not yet
 */
@Schema(name = "Trends")
record TrendsView(
        String name, String source, @Nullable Instant computedAt, List<SeriesView> series, List<Finding> findings) {

    /**
     * One series.
     *
     * @param days complete days that are known
     * @param silent why something is not told; empty: everything is
     */
    @Schema(name = "Trend")
    record SeriesView(
            String name,
            String unit,
            int days,
            @Nullable GrowthView growth,
            @Nullable ForecastView forecast,
            @Nullable AnomalyView anomaly,
            List<String> silent) {

        static SeriesView of(TargetTrends trends, SeriesTrend one) {
            return new SeriesView(
                    one.measure().series().key(),
                    one.measure().series().unit(),
                    one.days(),
                    one.growth() == null ? null : GrowthView.of(one.growth()),
                    one.forecast() == null ? null : ForecastView.of(trends, one, one.forecast()),
                    one.anomaly() == null ? null : AnomalyView.of(one.anomaly()),
                    silent(one));
        }

        private static List<String> silent(SeriesTrend one) {
            return Stream.of(
                            one.growth() == null
                                    ? "growth: needs %d of the last %d days"
                                            .formatted(DailyGrowth.FEWEST_DAYS, DailyGrowth.WINDOW_DAYS)
                                    : "",
                            one.forecast() == null
                                    ? "forecast: needs %d forecasts of a week that can be compared with what came, about %d days"
                                            .formatted(
                                                    WeekAhead.FEWEST_TRIALS,
                                                    DailyGrowth.FEWEST_DAYS
                                                            + WeekAhead.DAYS
                                                            + WeekAhead.FEWEST_TRIALS
                                                            - 1)
                                    : "",
                            one.anomaly() == null && one.measure().anomalous()
                                    ? "anomaly: needs the last hour, and this hour of %d weeks"
                                            .formatted(HourOfWeek.FEWEST_WEEKS)
                                    : "")
                    .filter(text -> !text.isEmpty())
                    .toList();
        }
    }

    /**
     * Growth a day.
     *
     * @param level value of the line through the daily medians on the last day
     * @param perDay slope of that line
     * @param perDayRatio growth as a share of the value, from the logarithms
     * @param perDayRatioLow lower bound of 95 %
     */
    @Schema(name = "TrendGrowth")
    record GrowthView(
            int days, double level, double perDay, double perDayRatio, double perDayRatioLow, double perDayRatioHigh) {

        static GrowthView of(DailyGrowth growth) {
            return new GrowthView(
                    growth.days(), growth.level(), growth.perDay(), growth.ratio(), growth.low(), growth.high());
        }
    }

    /**
     * A week ahead.
     *
     * @param low nine of ten forecasts of the past were not further off
     * @param errorMedian of the forecasts that could be compared with what came
     * @param errorP90 nine of ten were smaller
     * @param trials their number
     * @param limit null: none is known
     */
    @Schema(name = "TrendForecast")
    record ForecastView(
            Instant at,
            double value,
            double low,
            double high,
            double errorMedian,
            double errorP90,
            int trials,
            @Nullable Double limit) {

        static ForecastView of(TargetTrends trends, SeriesTrend one, WeekAhead forecast) {
            return new ForecastView(
                    trends.at().plus(Duration.ofDays(WeekAhead.DAYS)),
                    forecast.value(),
                    forecast.low(),
                    forecast.high(),
                    forecast.error(),
                    forecast.largeError(),
                    forecast.trials(),
                    trends.limit(one.measure()));
        }
    }

    /**
     * The last hour against this hour of the week.
     *
     * @param value the quarter of it that is nearest to what is usual
     */
    @Schema(name = "TrendAnomaly")
    record AnomalyView(double value, double expected, double scale, boolean unusual) {

        static AnomalyView of(Anomaly anomaly) {
            return new AnomalyView(anomaly.value(), anomaly.expected(), anomaly.scale(), anomaly.found());
        }
    }

    static TrendsView of(String name, boolean stored, @Nullable TargetTrends trends, double growth) {
        String source = stored ? "store" : "none";
        return trends == null
                ? new TrendsView(name, source, null, List.of(), List.of())
                : new TrendsView(
                        name,
                        source,
                        trends.at(),
                        trends.series().stream()
                                .map(one -> SeriesView.of(trends, one))
                                .toList(),
                        TrendFindings.of(trends, growth));
    }
}
