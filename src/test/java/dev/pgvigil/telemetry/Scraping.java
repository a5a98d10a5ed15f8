package dev.pgvigil.telemetry;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Catalogues;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.cluster.ClusterView;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.monitor.CheckCounters;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.self.FirstPass;
import dev.pgvigil.self.LoopLag;
import dev.pgvigil.self.ProcessHealth;
import dev.pgvigil.self.WatchStall;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.store.StoreState;
import dev.pgvigil.target.Target;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.quarkus.runtime.StartupEvent;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pcollections.HashTreePMap;

/** A fleet of hand-made states under chosen checks, and its exposition. */
final class Scraping {

    final Fleet fleet = new Fleet();
    final DroppedSeries losses = new DroppedSeries();
    final CheckCounters tally;
    Configuration.State configuration =
            new Configuration.State("pgvigil.yaml", Instant.EPOCH, Instant.EPOCH, List.of(), 0, 0);
    ProcessHealth vitals = new ProcessHealth(
            List.of(new LoopLag(0, "loop", Duration.ZERO, Duration.ofMillis(250))),
            new WatchStall(Duration.ofSeconds(2), Duration.ofMillis(500)),
            Duration.ZERO,
            List.of(),
            new FirstPass(1, 0, Duration.ofSeconds(1)));
    final CollectorRegistry registry = PrometheusExport.scraped();

    Scraping(Check<?>... checks) {
        Catalogue catalogue = Catalogues.of(checks);
        tally = new CheckCounters(catalogue);
        FleetCollector walk = new FleetCollector(
                fleet,
                catalogue,
                List.of(
                        new OwnSeries(tally, () -> configuration, "1.2.3"),
                        new ProcessSeries(() -> vitals),
                        new ClusterSeries(() -> ClusterView.ALONE),
                        new TargetSeries(),
                        new ServerSeries(),
                        new SloSeries(sinks -> {}),
                        new TrendSeries((snapshot, sinks) -> {}),
                        new StoreSeries(() -> StoreState.OFF),
                        new AlertSeries(sink -> {}),
                        new BackupSeries(sink -> {}),
                        new CheckSeries(catalogue, losses)),
                losses);
        new PrometheusExport(walk, registry).register(new StartupEvent());
    }

    Exposition scrape() throws IOException {
        return Exposition.parse(text(TextFormat.CONTENT_TYPE_004));
    }

    String text(String type) throws IOException {
        StringWriter text = new StringWriter();
        TextFormat.writeFormat(type, text, registry.metricFamilySamples());
        return text.toString();
    }

    static TargetState state(Target target, Status status, Map<String, Outcome<?>> outcomes) {
        Finding finding = Finding.of("connections", "saturation", status, Severity.HIGH, "Full", "97 of 100");
        List<Finding> findings = status == Status.HEALTHY ? List.of() : List.of(finding);
        return new TargetState(target, status, Instant.now(), findings, HashTreePMap.from(outcomes));
    }

    static Outcome<Integer> observed(int value) {
        return new Outcome.Observed<>(Instant.now(), Duration.ofMillis(250), value);
    }

    static Outcome<Integer> failed(Failure.Reason reason) {
        Outcome.Observed<Integer> last = new Outcome.Observed<>(Instant.now(), Duration.ofMillis(250), 1);
        return new Outcome.Failed<>(Instant.now(), Duration.ofMillis(250), Failure.of(reason, "no"), last);
    }

    static ConnectionState link(int open) {
        return new ConnectionState(open, 0, 10, 1, 0, 0.001, 1.5, 100, 1);
    }

    static ServerFacts facts() {
        return new ServerFacts(
                180004, "18.4", Role.PRIMARY, Instant.EPOCH, false, true, false, Map.of(), Map.of(), Set.of());
    }
}
