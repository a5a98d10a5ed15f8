package dev.pgvigil.alert;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.config.LoadedConfig;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Ownership;
import dev.pgvigil.store.TestStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Alerts in a process of their own, which a test may kill: findings are the lines of a file. */
final class AlertProcess {

    static final List<String> KEYS = List.of("k0", "k1", "k2", "k3", "k4", "k5");

    private static final long MILLIS = 50;

    private AlertProcess() {}

    /** Arguments: the configuration, the file of findings, and, for a store, its port and database. */
    public static void main(String... args) throws Exception {
        AlertSettings settings = LoadedConfig.file(Path.of(args[0]), Map.of(), new AlertsSection())
                .settings()
                .orElseThrow()
                .get(AlertsSection.class);
        Fleet fleet = new Fleet();
        monitor(fleet, settings, List.of(args)).start();
        while (true) {
            follow(Path.of(args[1]), fleet);
            Thread.sleep(MILLIS);
        }
    }

    private static AlertMonitor monitor(Fleet fleet, AlertSettings settings, List<String> args) {
        Vertx vertx = Vertx.vertx();
        if (args.size() == 2) {
            return new AlertMonitor(fleet, () -> settings, new CauseAnalysis(List.of()), vertx);
        }
        TestStore store = new TestStore(
                vertx,
                new Server("127.0.0.1", Integer.parseInt(args.get(2)), "postgres", null, Tls.PREFER),
                args.get(3),
                new AlertTables());
        return new AlertMonitor(
                fleet,
                () -> settings,
                new CauseAnalysis(List.of()),
                Set.of(),
                target -> List.of(),
                vertx,
                () -> true,
                store::sessions,
                Ownership.ALONE);
    }

    /** Each key is reported again and again, as a check does: this is also how a restored alert is confirmed, or ended. */
    private static void follow(Path file, Fleet fleet) throws IOException {
        Set<String> open = new HashSet<>(Files.readAllLines(file));
        for (String key : KEYS) {
            fleet.update(
                    state -> state,
                    List.of(
                            open.contains(key)
                                    ? new FleetEvent.Opened(Instant.now(), "shop", finding(key))
                                    : new FleetEvent.Closed(Instant.now(), "shop", finding(key))));
        }
    }

    private static Finding finding(String key) {
        return SampleAlerts.finding("sample", key, Severity.CRITICAL);
    }
}
