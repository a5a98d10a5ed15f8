package dev.pgvigil.export;

import dev.pgvigil.check.Gauges;
import dev.pgvigil.target.Failure.Reason;
import dev.pgvigil.watch.Fleet;
import dev.pgvigil.watch.Snapshot;
import dev.pgvigil.watch.Tally;
import jakarta.inject.Singleton;
import java.time.Instant;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What pgvigil says of itself. */
@Singleton
final class OwnSeries implements Part {

    private final Fleet fleet;
    private final Tally tally;
    private final String version;

    OwnSeries(Fleet fleet, Tally tally, @ConfigProperty(name = "quarkus.application.version") String version) {
        this.fleet = fleet;
        this.tally = tally;
        this.version = version;
    }

    @Override
    public void measure(Snapshot snapshot, Instant now, Harvest harvest) {
        Gauges gauges = harvest.under(Labels.NONE);
        gauges.gauge("pgvigil_build_info", "The pgvigil that runs; always 1.", 1, "version", version);
        gauges.gauge("pgvigil_event_listeners", "Who listens to changes of the fleet now.", fleet.listeners());
        tally.checks().forEach(check -> passes(check, gauges));
    }

    private void passes(String check, Gauges gauges) {
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
