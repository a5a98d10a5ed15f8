package dev.pgvigil.telemetry;

import dev.pgvigil.alert.AlertMonitor;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.state.Snapshot;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.function.Consumer;

/** The alerts by state, and how their receivers do. */
@Singleton
final class AlertSeries implements SeriesSource {

    private final Consumer<MetricSink> alerts;

    @Inject
    AlertSeries(AlertMonitor alerts) {
        this(alerts::export);
    }

    AlertSeries(Consumer<MetricSink> alerts) {
        this.alerts = alerts;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder builder) {
        alerts.accept(builder.under(Labels.NONE));
    }
}
