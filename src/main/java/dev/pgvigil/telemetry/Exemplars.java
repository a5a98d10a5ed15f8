package dev.pgvigil.telemetry;

import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples;
import java.util.Enumeration;
import java.util.List;

/**
 * Exemplars, which Micrometer adds to metrics of requests whose trace is sampled. OpenMetrics allows them for counters and buckets only,
 * Micrometer adds them to summaries too, and Prometheus refuses the whole scrape for one of those.
 */
final class Exemplars {

    private Exemplars() {}

    /** The families with exemplars where they are allowed, one at a time, as they are made. */
    @SuppressWarnings("JdkObsolete") // the client library takes one
    static Enumeration<MetricFamilySamples> allowed(Enumeration<MetricFamilySamples> families) {
        return new Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return families.hasMoreElements();
            }

            @Override
            public MetricFamilySamples nextElement() {
                return allowed(families.nextElement());
            }
        };
    }

    private static MetricFamilySamples allowed(MetricFamilySamples family) {
        if (family.type == Collector.Type.COUNTER || family.samples.stream().noneMatch(Exemplars::refused)) {
            return family;
        }
        List<MetricFamilySamples.Sample> samples = family.samples.stream()
                .map(one -> refused(one)
                        ? new MetricFamilySamples.Sample(
                                one.name, one.labelNames, one.labelValues, one.value, one.timestampMs)
                        : one)
                .toList();
        return new MetricFamilySamples(family.name, family.unit, family.type, family.help, samples);
    }

    private static boolean refused(MetricFamilySamples.Sample sample) {
        return sample.exemplar != null && !sample.name.endsWith("_bucket");
    }
}
