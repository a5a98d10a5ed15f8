package dev.pgvigil.alert;

import dev.pgvigil.alert.channel.Notification;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.config.LoadedConfig;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** Settings, targets and findings for tests of alerts. */
final class SampleAlerts {

    static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

    private SampleAlerts() {}

    static Instant at(long second) {
        return START.plusSeconds(second);
    }

    /** The settings that this YAML configures below {@code alerts}. */
    static AlertSettings settings(String yaml) {
        LoadedConfig config = load(yaml);
        if (!config.problems().isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", config.problems()));
        }
        return config.settings().orElseThrow().get(AlertsSection.class);
    }

    static LoadedConfig load(String yaml) {
        return load(yaml, Map.of());
    }

    static LoadedConfig load(String yaml, Map<String, String> environment) {
        try {
            Path file = Files.createTempFile("alerts", ".yaml");
            file.toFile().deleteOnExit();
            Files.writeString(file, "pgvigil:\n  alerts:\n" + yaml.indent(4));
            return LoadedConfig.file(file, environment, new AlertsSection());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Finding finding(String check, String key, Severity severity) {
        return Finding.of(check, key, Status.UNHEALTHY, severity, "It fails", "3 of 4 fail");
    }

    /** A target on a server of that host. */
    static Target target(String name, String host) {
        return Target.of(name, new Server(host, 5432, "pgvigil", null, Tls.PREFER), "postgres");
    }

    static Snapshot snapshot(Target... targets) {
        PMap<String, TargetState> states = HashTreePMap.empty();
        for (Target target : targets) {
            states = states.plus(target.name(), TargetState.initial(target, START));
        }
        return new Snapshot(HashTreePMap.empty(), states, Duration.ofSeconds(5));
    }

    /** An alert that fires. */
    static Candidate firing(Target target, Finding finding) {
        Alert alert = Alert.begin(target.name(), finding, START).with(new AlertState.Firing(START, null));
        return new Candidate(alert, finding.severity(), target, null);
    }

    static Notification.Item item(Candidate one, String receiver) {
        Alert alert = one.alert();
        return new Notification.Item(
                alert.id(),
                alert.fingerprint(),
                alert.target(),
                alert.type(),
                alert.finding().key(),
                one.severity(),
                alert.finding().title(),
                alert.message(),
                alert.metrics(),
                Map.of("target", alert.target()),
                alert.timestamp(),
                null,
                null,
                null,
                null);
    }

    static List<String> ids(List<Notification.Item> items) {
        return items.stream().map(Notification.Item::id).toList();
    }
}
