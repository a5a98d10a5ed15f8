package dev.pgvigil.export;

import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.quarkus.opentelemetry.runtime.AutoConfiguredOpenTelemetrySdkBuilderCustomizer;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Adds the series of the fleet to what OpenTelemetry exports, where there is an endpoint to export to. */
@Singleton
final class Telemetry implements AutoConfiguredOpenTelemetrySdkBuilderCustomizer {

    private final Walk walk;
    private final boolean exporting;

    Telemetry(
            Walk walk,
            @ConfigProperty(name = "quarkus.otel.exporter.otlp.metrics.endpoint") Optional<String> endpoint) {
        this.walk = walk;
        this.exporting = endpoint.filter(url -> !url.isBlank()).isPresent();
    }

    @Override
    public void customize(AutoConfiguredOpenTelemetrySdkBuilder builder) {
        if (exporting) {
            builder.addMeterProviderCustomizer(
                    (provider, config) -> provider.registerMetricProducer(new OtlpExport(walk)));
        }
    }
}
