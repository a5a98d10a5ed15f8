package dev.pgvigil.telemetry;

import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.prometheus.client.CollectorRegistry;
import io.quarkus.opentelemetry.runtime.AutoConfiguredOpenTelemetrySdkBuilderCustomizer;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Adds pgvigil's own series to the OpenTelemetry export if an endpoint is configured. */
@Singleton
final class Telemetry implements AutoConfiguredOpenTelemetrySdkBuilderCustomizer {

    private static final String NONE = "none";
    private static final String SAMPLER = "otel.traces.sampler";
    private static final String STANDARD_SAMPLER = "parentbased_traceidratio";

    private final CollectorRegistry registry;
    private final Instance<MetricExporter> exporter;
    private final Duration interval;
    private final boolean exporting;
    private final String share;

    Telemetry(
            CollectorRegistry registry,
            Instance<MetricExporter> exporter,
            @ConfigProperty(name = "quarkus.otel.metric.export.interval") Duration interval,
            @ConfigProperty(name = "quarkus.otel.exporter.otlp.metrics.endpoint") Optional<String> endpoint,
            @ConfigProperty(name = "otel.metrics.exporter") Optional<String> chosen,
            @ConfigProperty(name = "quarkus.otel.traces.sampler.arg") String share) {
        this.registry = registry;
        this.exporter = exporter;
        this.interval = interval;
        this.share = share;
        this.exporting = !chosen.equals(Optional.of(NONE))
                && endpoint.filter(url -> !url.isBlank()).isPresent();
    }

    @Override
    public void customize(AutoConfiguredOpenTelemetrySdkBuilder builder) {
        builder.addPropertiesCustomizer(Telemetry::exporters).addPropertiesCustomizer(this::sampling);
        if (exporting) {
            builder.addMeterProviderCustomizer((provider, config) -> add(provider));
        }
    }

    /**
     * The exporters, whatever the standard variables say: that of Quarkus for traces; none for metrics, because the reader of
     * Quarkus delays the stop of the process by five seconds; none for logs.
     */
    private static Map<String, String> exporters(ConfigProperties config) {
        Map<String, String> exporters = new HashMap<>();
        exporters.put("otel.metrics.exporter", NONE);
        exporters.put("otel.logs.exporter", NONE);
        if (!NONE.equals(config.getString("otel.traces.exporter"))) {
            exporters.put("otel.traces.exporter", "cdi");
        }
        return exporters;
    }

    /** The configured sampler. A blank variable counts as not set, while the SDK takes it for a sampler without a name. */
    private Map<String, String> sampling(ConfigProperties config) {
        String sampler = config.getString(SAMPLER);
        return Map.of(
                SAMPLER, sampler == null || sampler.isBlank() ? STANDARD_SAMPLER : sampler, SAMPLER + ".arg", share);
    }

    private SdkMeterProviderBuilder add(SdkMeterProviderBuilder provider) {
        return provider.registerMetricProducer(new OtlpExport(registry))
                .registerMetricReader(PeriodicMetricReader.builder(new BatchingExporter(exporter.get()))
                        .setInterval(interval)
                        .build());
    }
}
