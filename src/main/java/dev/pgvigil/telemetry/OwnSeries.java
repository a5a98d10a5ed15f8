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
        gauges.gauge("pgvigil_build_info", "The pgvigil that runs; always 1.", 1, "version", version);
        reload(configuration.get(), gauges);
        tally.checks().forEach(check -> passes(check, gauges));
    }

    private static void reload(Configuration.State state, MetricSink gauges) {
        gauges.gauge(
                "pgvigil_config_reload_success",
                "Whether the configuration was good when it was last read; if not, the one before is in force.",
                state.problems().isEmpty() ? 1 : 0);
        Instant loadedAt = state.loadedAt();
        if (loadedAt != null) {
            gauges.gauge(
                    "pgvigil_config_reload_timestamp_seconds",
                    "Since when the configuration is in force.",
                    SteadyClock.shown(loadedAt).toEpochMilli() / 1e3);
        }
        gauges.counter("pgvigil_config_reloads_total", "Changes that came into force.", (double) state.reloads());
        gauges.counter("pgvigil_config_reload_failures_total", "Changes that did not, for their mistakes.", (double)
                state.failedReloads());
    }

    private void passes(String check, MetricSink gauges) {
        gauges.counter(
                "pgvigil_check_passes_total",
                "Passes that asked, answered or not, over the whole fleet.",
                (double) tally.passes(check),
                "check",
                check);
        for (Reason reason : Reason.values()) {
            gauges.counter(
                    "pgvigil_check_failures_total",
                    "Passes that were not answered, over the whole fleet.",
                    (double) tally.failures(check, reason),
                    "check",
                    check,
                    "reason",
                    Names.of(reason));
        }
    }
}
