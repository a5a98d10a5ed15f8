package dev.pgvigil.alert;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.config.LoadedConfig;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
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

    private static final long MILLIS = 50;

    private AlertProcess() {}

    /** Arguments: the configuration, and the file of findings. */
    public static void main(String... args) throws Exception {
        AlertSettings settings = LoadedConfig.file(Path.of(args[0]), Map.of(), new AlertsSection())
                .settings()
                .orElseThrow()
                .get(AlertsSection.class);
        Fleet fleet = new Fleet();
        new AlertMonitor(fleet, () -> settings, new CauseAnalysis(List.of()), Vertx.vertx()).start();
        Set<String> open = new HashSet<>();
        while (true) {
            follow(Path.of(args[1]), open, fleet);
            Thread.sleep(MILLIS);
        }
    }

    private static void follow(Path file, Set<String> open, Fleet fleet) throws IOException {
        Set<String> now = new HashSet<>(Files.readAllLines(file));
        for (String key : Set.copyOf(open)) {
            if (!now.contains(key)) {
                open.remove(key);
                fleet.update(state -> state, List.of(new FleetEvent.Closed(Instant.now(), "shop", finding(key))));
            }
        }
        for (String key : now) {
            // Reported again and again, as a check does: this is also how a restored alert is confirmed.
            open.add(key);
            fleet.update(state -> state, List.of(new FleetEvent.Opened(Instant.now(), "shop", finding(key))));
        }
    }

    private static Finding finding(String key) {
        return SampleAlerts.finding("sample", key, Severity.CRITICAL);
    }
}
