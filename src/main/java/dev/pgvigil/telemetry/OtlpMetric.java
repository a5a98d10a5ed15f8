package dev.pgvigil.telemetry;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;

/** Converts a Prometheus family to OpenTelemetry metrics with the names of a scrape. */
record OtlpMetric(
        Resource getResource,
        String getName,
        String getDescription,
        String getUnit,
        MetricDataType getType,
        Data<?> getData)
        implements MetricData {

    private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("dev.pgvigil");
    private static final String LIMIT = "le";

    /** The family, split into several metrics if it has many series. */
    static List<OtlpMetric> of(Resource resource, MetricFamilySamples family, long start, long now) {
        return switch (family.type) {
            case COUNTER ->
                batches(
                        points(family, start, now),
                        points -> of(
                                resource,
                                family,
                                family.name + "_total",
                                MetricDataType.DOUBLE_SUM,
                                SumData.createDoubleSumData(true, AggregationTemporality.CUMULATIVE, points)));
            case HISTOGRAM ->
                batches(
                        histograms(family, start, now),
                        points -> of(
                                resource,
                                family,
                                family.name,
                                MetricDataType.HISTOGRAM,
                                HistogramData.create(AggregationTemporality.CUMULATIVE, points)));
            // pgvigil has no families of other types.
            default ->
                batches(
                        points(family, start, now),
                        points -> of(
                                resource,
                                family,
                                family.name,
                                MetricDataType.DOUBLE_GAUGE,
                                GaugeData.createDoubleGaugeData(points)));
        };
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
        return SCOPE;
    }

    private static OtlpMetric of(
            Resource resource, MetricFamilySamples family, String name, MetricDataType type, Data<?> data) {
        return new OtlpMetric(resource, name, family.help, unit(family.name), type, data);
    }

    private static <P> List<OtlpMetric> batches(List<P> points, Function<List<P>, OtlpMetric> metric) {
        List<OtlpMetric> metrics = new ArrayList<>();
        for (int from = 0; from < points.size(); from += BatchingExporter.POINTS) {
            metrics.add(metric.apply(points.subList(from, Math.min(points.size(), from + BatchingExporter.POINTS))));
        }
        return metrics;
    }

    private static List<DoublePointData> points(MetricFamilySamples family, long start, long now) {
        return family.samples.stream()
                .map(sample -> DoublePointData.create(start, now, attributes(sample), sample.value, List.of()))
                .toList();
    }

    private static List<HistogramPointData> histograms(MetricFamilySamples family, long start, long now) {
        return family.samples.stream()
                .collect(groupingBy(OtlpMetric::attributes, LinkedHashMap::new, toList()))
                .entrySet()
                .stream()
                .map(series -> histogram(series.getKey(), family.name, series.getValue(), start, now))
                .toList();
    }

    /** Prometheus buckets are cumulative, OpenTelemetry buckets are not. */
    private static HistogramPointData histogram(
            Attributes attributes, String name, List<Sample> samples, long start, long now) {
        List<Double> limits = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        double sum = 0;
        long below = 0;
        for (Sample sample : samples) {
            if (sample.name.equals(name + "_sum")) {
                sum = sample.value;
            } else if (sample.name.equals(name + "_bucket")) {
                String limit = sample.labelValues.get(sample.labelNames.indexOf(LIMIT));
                if (!limit.equals("+Inf")) {
                    limits.add(Double.valueOf(limit));
                }
                counts.add((long) sample.value - below);
                below = (long) sample.value;
            }
        }
        return HistogramPointData.create(start, now, attributes, sum, false, 0, false, 0, limits, counts);
    }

    private static Attributes attributes(Sample sample) {
        AttributesBuilder attributes = Attributes.builder();
        for (int i = 0; i < sample.labelNames.size(); i++) {
            if (!sample.labelNames.get(i).equals(LIMIT)) {
                attributes.put(sample.labelNames.get(i), sample.labelValues.get(i));
            }
        }
        return attributes.build();
    }

    private static String unit(String name) {
        return name.endsWith("_seconds") ? "s" : name.endsWith("_bytes") ? "By" : name.endsWith("_ratio") ? "1" : "";
    }
}
