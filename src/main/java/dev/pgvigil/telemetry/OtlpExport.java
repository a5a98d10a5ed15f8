package dev.pgvigil.telemetry;

import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.CollectorRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Exports pgvigil's own series to OpenTelemetry with the names of a scrape, because both read the same registry. Metrics of
 * libraries are exported by the instruments of OpenTelemetry.
 */
final class OtlpExport implements MetricProducer {

    private static final String OWN = "pgvigil_";

    private final CollectorRegistry registry;
    private final long start = nanos(Instant.now());

    OtlpExport(CollectorRegistry registry) {
        this.registry = registry;
    }

    @Override
    public Collection<MetricData> produce(Resource resource) {
        long now = nanos(Instant.now());
        List<MetricData> metrics = new ArrayList<>();
        for (MetricFamilySamples family :
                Collections.list(registry.filteredMetricFamilySamples(name -> name.startsWith(OWN)))) {
            metrics.addAll(OtlpMetric.of(resource, family, start, now));
        }
        return metrics;
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }
}
