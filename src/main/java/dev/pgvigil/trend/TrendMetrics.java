package dev.pgvigil.trend;

import dev.pgvigil.check.MetricSink;

/** Exports the trends of a target. */
final class TrendMetrics {

    private TrendMetrics() {}

    static void export(TargetTrends trends, double growth, MetricSink sink) {
        for (SeriesTrend one : trends.series()) {
            String series = one.measure().series().key();
            if (one.growth() != null) {
                sink.gauge(
                        "pgvigil_trend_growth_per_day_ratio",
                        "Growth a day over the present value, by the medians of two weeks; absent if too little is known.",
                        one.growth().ratio(),
                        "series",
                        series);
                sink.gauge(
                        "pgvigil_trend_growing",
                        "1 while the growth is a finding, else 0.",
                        one.growsFast(growth) ? 1 : 0,
                        "series",
                        series);
            }
            if (one.forecast() != null) {
                forecast(trends, one, one.forecast(), series, sink);
            }
            if (one.anomaly() != null) {
                sink.gauge(
                        "pgvigil_trend_expected",
                        "What is usual at this hour of the week, in the unit of the series.",
                        one.anomaly().expected(),
                        "series",
                        series);
                sink.gauge(
                        "pgvigil_trend_unusual",
                        "1 while the last hour is unusual for this hour of the week, else 0.",
                        one.isAnomalous() ? 1 : 0,
                        "series",
                        series);
            }
        }
        sink.gauge(
                "pgvigil_trend_anomaly", "1 while what is unusual is a finding, else 0.", trends.isNotable() ? 1 : 0);
    }

    private static void forecast(
            TargetTrends trends, SeriesTrend one, WeekAhead forecast, String series, MetricSink sink) {
        sink.gauge(
                "pgvigil_trend_forecast",
                "Value in a week if the growth goes on, in the unit of the series.",
                forecast.value(),
                "series",
                series);
        sink.gauge(
                "pgvigil_trend_forecast_error",
                "Error of such forecasts in the past, as a median, in the unit of the series.",
                forecast.error(),
                "series",
                series);
        if (trends.limit(one.measure()) != null) {
            sink.gauge(
                    "pgvigil_trend_limit_reached",
                    "1 if the limit is reached within a week even if the forecast is as wrong as nine of ten were, else 0.",
                    trends.reachesLimit(one) ? 1 : 0,
                    "series",
                    series);
        }
    }
}
