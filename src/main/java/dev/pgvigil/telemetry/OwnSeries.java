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

/** The metrics of pgvigil itself. */
@Singleton
final class OwnSeries implements SeriesSource {

    private final CheckCounters counters;
    private final Supplier<Configuration.State> configuration;
    private final String version;

    @Inject
    OwnSeries(
            CheckCounters counters,
            Configuration configuration,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this(counters, configuration::state, version);
    }

    OwnSeries(CheckCounters counters, Supplier<Configuration.State> configuration, String version) {
        this.counters = counters;
        this.configuration = configuration;
        this.version = version;
    }

    @Override
    public Rank rank() {
        return Rank.PROCESS;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder builder) {
        MetricSink sink = builder.under(Labels.NONE);
        sink.gauge("pgvigil_build_info", "The version of pgvigil; always 1.", 1, "version", version);
        reload(configuration.get(), sink);
        counters.checks().forEach(check -> executions(check, sink));
    }

    private static void reload(Configuration.State state, MetricSink sink) {
        sink.gauge(
                "pgvigil_config_reload_success",
                "1 if the last configuration reload succeeded, 0 if the previous configuration is still in use.",
                state.problems().isEmpty() ? 1 : 0);
        Instant loadedAt = state.loadedAt();
        if (loadedAt != null) {
            sink.gauge(
                    "pgvigil_config_reload_timestamp_seconds",
                    "Time when the configuration in use was loaded.",
                    SteadyClock.shown(loadedAt).toEpochMilli() / 1e3);
        }
        sink.counter(
                "pgvigil_config_reloads_total", "Configuration reloads that took effect.", (double) state.reloads());
        sink.counter(
                "pgvigil_config_reload_failures_total", "Configuration reloads rejected because of errors.", (double)
                        state.failedReloads());
    }

    private void executions(String check, MetricSink sink) {
        sink.counter(
                "pgvigil_check_passes_total",
                "Executions of the check, successful or failed, over the whole fleet.",
                (double) counters.passes(check),
                "check",
                check);
        for (Reason reason : Reason.values()) {
            sink.counter(
                    "pgvigil_check_failures_total",
                    "Failed executions of the check, over the whole fleet.",
                    (double) counters.failures(check, reason),
                    "check",
                    check,
                    "reason",
                    Names.of(reason));
        }
    }
}
