package dev.pgvigil.telemetry;

import dev.pgvigil.check.MetricSink;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.target.Target;
import dev.pgvigil.trend.TrendMonitor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Growth, forecasts and anomalies from the history. */
@Singleton
final class TrendSeries implements SeriesSource {

    private final BiConsumer<Snapshot, Function<Target, MetricSink>> trends;

    @Inject
    TrendSeries(TrendMonitor trends) {
        this(trends::export);
    }

    TrendSeries(BiConsumer<Snapshot, Function<Target, MetricSink>> trends) {
        this.trends = trends;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder builder) {
        trends.accept(snapshot, target -> builder.under(Names.of(target)));
    }
}
