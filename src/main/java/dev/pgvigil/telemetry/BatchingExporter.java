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

/** Exports much in several requests: collectors refuse large ones, by gRPC from 4 MiB on. */
record BatchingExporter(MetricExporter exporter) implements MetricExporter {

    /** Points of one request: about 1 MiB. */
    static final int POINTS = 5_000;

    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
        return CompletableResultCode.ofAll(
                of(metrics).stream().map(exporter::export).toList());
    }

    private static List<List<MetricData>> of(Collection<MetricData> metrics) {
        List<List<MetricData>> portions = new ArrayList<>();
        List<MetricData> portion = new ArrayList<>();
        int points = 0;
        for (MetricData metric : metrics) {
            int more = metric.getData().getPoints().size();
            if (points + more > POINTS && !portion.isEmpty()) {
                portions.add(portion);
                portion = new ArrayList<>();
                points = 0;
            }
            portion.add(metric);
            points += more;
        }
        portions.add(portion);
        return portions;
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
