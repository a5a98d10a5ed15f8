package dev.pgvigil.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Splits exports into several requests, because collectors reject large ones (gRPC: from 4 MiB). */
record BatchingExporter(MetricExporter exporter) implements MetricExporter {

    /** Data points per request: about 1 MiB. */
    static final int POINTS = 5_000;

    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
        return CompletableResultCode.ofAll(
                of(metrics).stream().map(exporter::export).toList());
    }

    private static List<List<MetricData>> of(Collection<MetricData> metrics) {
        List<List<MetricData>> batches = new ArrayList<>();
        List<MetricData> batch = new ArrayList<>();
        int points = 0;
        for (MetricData metric : metrics) {
            int more = metric.getData().getPoints().size();
            if (points + more > POINTS && !batch.isEmpty()) {
                batches.add(batch);
                batch = new ArrayList<>();
                points = 0;
            }
            batch.add(metric);
            points += more;
        }
        batches.add(batch);
        return batches;
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
        return exporter.getAggregationTemporality(type);
    }

    @Override
    public Aggregation getDefaultAggregation(InstrumentType type) {
        return exporter.getDefaultAggregation(type);
    }
}
