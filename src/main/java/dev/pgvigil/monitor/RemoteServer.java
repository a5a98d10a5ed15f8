package dev.pgvigil.monitor;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Discovery;
import dev.pgvigil.target.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;

/**
 * A server that another replica watches: publishes the state received from it, with the events of its changes, as if it were
 * watched here. Nothing received is evaluated again. Used under the lock of {@link FleetMonitor}.
 */
final class RemoteServer {

    private final Fleet fleet;
    private final Map<String, Target> targets = new LinkedHashMap<>();
    private List<Target> configured = List.of();
    private Server published;

    RemoteServer(Fleet fleet, Server server) {
        this.fleet = fleet;
        this.published = fleet.snapshot().servers().keySet().stream()
                .filter(known -> known.identity().equals(server.identity()))
                .findFirst()
                .orElse(server);
    }

    /** Sets the configured targets. What was known of them stays. */
    void targets(List<Target> wanted) {
        configured = List.copyOf(wanted);
        Instant now = SteadyClock.now();
        Snapshot before = fleet.snapshot();
        Map<String, TargetState> states = new HashMap<>();
        List<FleetEvent> changes = new ArrayList<>();
        Map<String, Target> named = named(before);
        named.forEach((name, target) -> {
            TargetState known = before.targets().get(name);
            if (known == null || !known.target().database().equals(target.database())) {
                changes.add(new FleetEvent.Added(now, name));
            }
            states.put(
                    name,
                    known == null || !known.target().database().equals(target.database())
                            ? TargetState.initial(target, now)
                            : with(target, known));
        });
        Set<String> gone = new HashSet<>(targets.keySet());
        gone.removeAll(named.keySet());
        gone.forEach(name -> changes.add(new FleetEvent.Removed(now, name)));
        targets.clear();
        targets.putAll(named);
        Server server = configured.getFirst().server();
        ServerState known = before.servers().get(published);
        publish(server, known == null ? ServerState.initial(server) : known.reached(server), states, gone, changes);
    }

    /** The configured targets, and those of this server that discovery had found. */
    private Map<String, Target> named(Snapshot snapshot) {
        Map<String, Target> named = new LinkedHashMap<>();
        configured.forEach(target -> named.put(target.name(), target));
        snapshot.targets().values().stream()
                .map(TargetState::target)
                .filter(target ->
                        target.isDiscovered() && target.server().identity().equals(published.identity()))
                .forEach(target -> {
                    Target found = target(target.name(), target.database());
                    if (found != null) {
                        named.putIfAbsent(found.name(), found);
                    }
                });
        return named;
    }

    /** The target as it is configured here; null if it is not, because the replicas' configurations differ. */
    private @Nullable Target target(String name, String database) {
        for (Target target : configured) {
            Discovery discovery = target.discovery();
            if (target.name().equals(name) && target.database().equals(database)) {
                return target;
            }
            if (discovery != null && target.discovered(database).name().equals(name)) {
                return target.discovered(database);
            }
        }
        return null;
    }

    private static TargetState with(Target target, TargetState known) {
        return new TargetState(
                target, known.status(), known.since(), known.findings(), known.ignored(), known.outcomes());
    }

    /** Publishes what was received, and the events of what has changed. */
    void received(ReceivedState received) {
        Instant now = SteadyClock.now();
        Snapshot before = fleet.snapshot();
        ServerState known = before.servers().getOrDefault(published, ServerState.initial(published));
        ServerState server =
                new ServerState(published, received.facts(), received.link(), HashTreePMap.from(received.outcomes()));
        Outcome<?> beat = server.outcome(HeartbeatResult.CHECK);
        boolean beaten = beat != null && !beat.equals(known.outcome(HeartbeatResult.CHECK)) && fleet.listeners() > 0;
        List<FleetEvent> changes = new ArrayList<>();
        Map<String, TargetState> states = new HashMap<>();
        for (ReceivedState.One one : received.targets()) {
            Target target = target(one.name(), one.database());
            if (target != null) {
                TargetState was = before.targets().get(one.name());
                if (was == null) {
                    was = TargetState.initial(target, now);
                    changes.add(new FleetEvent.Added(now, one.name()));
                }
                TargetState is = new TargetState(
                        target,
                        one.status(),
                        one.since(),
                        one.findings(),
                        one.ignored(),
                        HashTreePMap.from(one.outcomes()));
                changes.addAll(differences(was, is, known.role(), server.role(), now));
                if (beaten) {
                    changes.add(beat(beat, one.name()));
                }
                states.put(one.name(), is);
                targets.put(one.name(), target);
            }
        }
        Set<String> gone = targets.entrySet().stream()
                .filter(entry -> entry.getValue().isDiscovered() && !states.containsKey(entry.getKey()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        gone.forEach(name -> changes.add(new FleetEvent.Removed(now, name)));
        targets.keySet().removeAll(gone);
        publish(published, server, states, gone, changes);
    }

    private static FleetEvent beat(@Nullable Outcome<?> outcome, String target) {
        return outcome instanceof Outcome.Observed<?> observed && observed.value() instanceof HeartbeatResult result
                ? new FleetEvent.Beat(outcome.at(), target, true, result.responseTimeMs())
                : new FleetEvent.Beat(outcome == null ? SteadyClock.now() : outcome.at(), target, false, null);
    }

    private static List<FleetEvent> differences(
            TargetState was, TargetState is, @Nullable Role before, @Nullable Role role, Instant now) {
        List<FleetEvent> changes = new ArrayList<>();
        String name = is.target().name();
        Map<String, Finding> earlier = byKey(was.findings());
        Map<String, Finding> current = byKey(is.findings());
        current.forEach((key, finding) -> {
            Finding known = earlier.get(key);
            if (known == null) {
                changes.add(new FleetEvent.Opened(now, name, finding));
            } else if (!known.equals(finding)) {
                changes.add(new FleetEvent.Updated(now, name, finding));
            }
        });
        earlier.forEach((key, finding) -> {
            if (!current.containsKey(key)) {
                changes.add(new FleetEvent.Closed(now, name, finding));
            }
        });
        if (was.status() != is.status()) {
            changes.add(new FleetEvent.StatusChanged(now, name, was.status(), is.status()));
        }
        if (before != null && role != null && before != role) {
            changes.add(new FleetEvent.RoleChanged(now, name, before, role));
        }
        return changes;
    }

    private static Map<String, Finding> byKey(List<Finding> findings) {
        Map<String, Finding> byKey = new LinkedHashMap<>();
        findings.forEach(finding -> byKey.put(finding.key(), finding));
        return byKey;
    }

    /** Removes the server and its targets, because they are no longer configured. */
    void end() {
        Instant now = SteadyClock.now();
        List<FleetEvent> changes = new ArrayList<>();
        targets.keySet().forEach(name -> changes.add(new FleetEvent.Removed(now, name)));
        fleet.update(
                snapshot -> new Snapshot(
                        snapshot.servers().minus(published),
                        snapshot.targets().minusAll(targets.keySet()),
                        snapshot.staleAfter()),
                changes);
    }

    private void publish(
            Server server,
            ServerState state,
            Map<String, TargetState> states,
            Set<String> gone,
            List<FleetEvent> changes) {
        Server before = published;
        published = server;
        fleet.update(
                snapshot -> new Snapshot(
                        (before.equals(server)
                                        ? snapshot.servers()
                                        : snapshot.servers().minus(before))
                                .plus(server, state),
                        snapshot.targets().plusAll(states).minusAll(gone),
                        snapshot.staleAfter()),
                changes);
    }
}
