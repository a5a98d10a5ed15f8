package dev.pgvigil.telemetry;

import dev.pgvigil.check.MetricSink;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.monitor.CheckCounters;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What pgvigil says of itself. */
@Singleton
final class OwnSeries implements SeriesSource {

    private final CheckCounters tally;
    private final Supplier<Configuration.State> configuration;
    private final String version;

    @Inject
    OwnSeries(
            CheckCounters tally,
            Configuration configuration,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this(tally, configuration::state, version);
    }

    OwnSeries(CheckCounters tally, Supplier<Configuration.State> configuration, String version) {
        this.tally = tally;
        this.configuration = configuration;
        this.version = version;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder harvest) {
        MetricSink gauges = harvest.under(Labels.NONE);
        gauges.gauge("pgvigil_build_info", "The version of pgvigil; always 1.", 1, "version", version);
        reload(configuration.get(), gauges);
        tally.checks().forEach(check -> passes(check, gauges));
    }

    private static void reload(Configuration.State state, MetricSink gauges) {
        gauges.gauge(
                "pgvigil_config_reload_success",
                "1 if the last configuration reload succeeded, 0 if the previous configuration is still in use.",
                state.problems().isEmpty() ? 1 : 0);
        Instant loadedAt = state.loadedAt();
        if (loadedAt != null) {
            gauges.gauge(
                    "pgvigil_config_reload_timestamp_seconds",
                    "Time when the configuration in use was loaded.",
                    SteadyClock.shown(loadedAt).toEpochMilli() / 1e3);
        }
        gauges.counter(
                "pgvigil_config_reloads_total", "Configuration reloads that took effect.", (double) state.reloads());
        gauges.counter(
                "pgvigil_config_reload_failures_total", "Configuration reloads rejected because of errors.", (double)
                        state.failedReloads());
    }

    private void passes(String check, MetricSink gauges) {
        gauges.counter(
                "pgvigil_check_passes_total",
                "Executions of the check, successful or failed, over the whole fleet.",
                (double) tally.passes(check),
                "check",
                check);
        for (Reason reason : Reason.values()) {
            gauges.counter(
                    "pgvigil_check_failures_total",
                    "Failed executions of the check, over the whole fleet.",
                    (double) tally.failures(check, reason),
                    "check",
                    check,
                    "reason",
                    Names.of(reason));
        }
    }
}
