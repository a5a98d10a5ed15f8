package dev.pgvigil.export;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Gives the series of the fleet to OpenTelemetry: those of a scrape, by the same names. */
final class OtlpExport implements MetricProducer {

    private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("dev.pgvigil");

    private final Walk walk;
    private final long start = nanos(Instant.now());

    OtlpExport(Walk walk) {
        this.walk = walk;
    }

    @Override
    public Collection<MetricData> produce(Resource resource) {
        long now = nanos(Instant.now());
        List<MetricData> metrics = new ArrayList<>();
        for (Family family : walk.families()) {
            List<DoublePointData> points = points(family, now);
            for (int from = 0; from < points.size(); from += Portions.POINTS) {
                int to = Math.min(points.size(), from + Portions.POINTS);
                metrics.add(new Metric(resource, family, points.subList(from, to)));
            }
        }
        return metrics;
    }

    private List<DoublePointData> points(Family family, long now) {
        List<DoublePointData> points = new ArrayList<>(family.series().size());
        family.series()
                .forEach((labels, value) ->
                        points.add(DoublePointData.create(start, now, attributes(labels), value, List.of())));
        return points;
    }

    private static Attributes attributes(Labels labels) {
        AttributesBuilder attributes = Attributes.builder();
        for (int i = 0; i < labels.names().size(); i++) {
            attributes.put(labels.names().get(i), labels.values().get(i));
        }
        return attributes.build();
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }

    private record Metric(Resource getResource, Family family, List<DoublePointData> points) implements MetricData {

        @Override
        public InstrumentationScopeInfo getInstrumentationScopeInfo() {
            return SCOPE;
        }

        @Override
        public String getName() {
            return family.name();
        }

        @Override
        public String getDescription() {
            return family.help();
        }

        @Override
        public String getUnit() {
            String base = Kind.base(family.name());
            return base.endsWith("_seconds")
                    ? "s"
                    : base.endsWith("_bytes") ? "By" : base.endsWith("_ratio") ? "1" : "";
        }

        @Override
        public MetricDataType getType() {
            return switch (family.kind()) {
                case GAUGE -> MetricDataType.DOUBLE_GAUGE;
                case COUNTER -> MetricDataType.DOUBLE_SUM;
            };
        }

        @Override
        public Data<?> getData() {
            return switch (family.kind()) {
                case GAUGE -> GaugeData.createDoubleGaugeData(points);
                case COUNTER -> SumData.createDoubleSumData(true, AggregationTemporality.CUMULATIVE, points);
            };
        }
    }
}
