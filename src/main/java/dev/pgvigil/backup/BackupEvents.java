package dev.pgvigil.backup;

import dev.pgvigil.check.Finding;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/** Findings of repositories as events of the targets that these belong to. Confined to one thread. */
final class BackupEvents {

    private static final Logger LOG = Logger.getLogger(BackupEvents.class);

    private final Fleet fleet;
    private Map<String, Map<String, Finding>> open = Map.of();

    BackupEvents(Fleet fleet) {
        this.fleet = fleet;
    }

    /** Publishes what has changed since the last time. */
    void publish(List<RepositoryStatus> statuses) {
        Map<String, Map<String, Finding>> now = new HashMap<>();
        Snapshot snapshot = fleet.snapshot();
        for (RepositoryStatus status : statuses) {
            String target = status.repository().target();
            if (target != null && snapshot.targets().containsKey(target)) {
                status.findings()
                        .forEach(finding -> now.computeIfAbsent(target, first -> new LinkedHashMap<>())
                                .put(finding.key(), finding));
            }
        }
        List<FleetEvent> changes = new ArrayList<>();
        Instant at = SteadyClock.now();
        open.forEach((target, findings) -> findings.forEach((key, finding) -> {
            if (!now.getOrDefault(target, Map.of()).containsKey(key)) {
                changes.add(new FleetEvent.Closed(at, target, finding));
            }
        }));
        now.forEach((target, findings) -> findings.forEach((key, finding) -> {
            Finding before = open.getOrDefault(target, Map.of()).get(key);
            if (before == null) {
                changes.add(new FleetEvent.Opened(at, target, finding));
                LOG.warnf("%s: %s: %s", target, finding.title(), finding.observed());
            } else if (before.severity() != finding.severity()) {
                changes.add(new FleetEvent.Updated(at, target, finding));
            }
        }));
        open = now;
        if (!changes.isEmpty()) {
            fleet.update(same -> same, changes);
        }
    }
}
