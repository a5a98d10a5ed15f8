package dev.pgvigil.monitor;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Latest;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerConnection;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.pcollections.PMap;

/**
 * Evaluates outcomes for one server and its targets, and publishes the result to the fleet. Confined to the server's
 * event loop.
 */
final class StatePublisher implements Latest {

    private static final Logger LOG = Logger.getLogger(StatePublisher.class);

    private final Fleet fleet;
    private final Set<String> defective = new HashSet<>();
    private final ServerConnection connection;
    private final Map<String, TargetMonitor> targets = new LinkedHashMap<>();
    private ServerState state;
    private Server published;
    private @Nullable Role role;

    StatePublisher(Fleet fleet, Server server, ServerConnection connection) {
        this.fleet = fleet;
        this.connection = connection;
        this.state = known(fleet.snapshot(), server);
        this.published = state.server();
        this.role = state.role();
    }

    /** What another replica published of the server before this process took over; otherwise nothing is known. */
    private static ServerState known(Snapshot snapshot, Server server) {
        return snapshot.servers().entrySet().stream()
                .filter(entry -> entry.getKey().identity().equals(server.identity()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(() -> ServerState.initial(server));
    }

    Collection<TargetMonitor> targets() {
        return targets.values();
    }

    @Nullable
    TargetMonitor target(String name) {
        return targets.get(name);
    }

    /** Sets the server's targets and how the server is reached. */
    void targets(Server server, Collection<Target> wanted, Set<String> checks) {
        state = state.reached(server);
        Instant now = SteadyClock.now();
        List<FleetEvent> changes = new ArrayList<>();
        Set<String> names = wanted.stream().map(Target::name).collect(Collectors.toSet());
        List<String> gone =
                targets.keySet().stream().filter(name -> !names.contains(name)).toList();
        gone.forEach(name -> {
            targets.remove(name);
            changes.add(new FleetEvent.Removed(now, name));
        });
        for (Target target : wanted) {
            TargetMonitor known = targets.get(target.name());
            if (known == null || !known.target().database().equals(target.database())) {
                if (known != null) {
                    changes.add(new FleetEvent.Removed(now, target.name()));
                }
                TargetState inherited = known == null ? inherited(target) : null;
                if (inherited == null) {
                    targets.put(target.name(), new TargetMonitor(target, now));
                    changes.add(new FleetEvent.Added(now, target.name()));
                } else {
                    targets.put(target.name(), TargetMonitor.inheriting(target, inherited, now));
                }
            } else {
                changes.addAll(known.configured(target, sources(target, checks), now));
            }
        }
        state = state.keeping(check -> targets.values().stream()
                .anyMatch(monitored -> monitored.target().runs(check)));
        publish(states(targets.values()), gone, changes);
    }

    private @Nullable TargetState inherited(Target target) {
        TargetState known = fleet.snapshot().targets().get(target.name());
        return known != null
                        && known.target().database().equals(target.database())
                        && known.target()
                                .server()
                                .identity()
                                .equals(target.server().identity())
                ? known
                : null;
    }

    private static Set<String> sources(Target target, Set<String> checks) {
        return checks.stream()
                .filter(target::runs)
                .flatMap(check -> Stream.of(check, Evaluator.unanswered(check)))
                .collect(Collectors.toSet());
    }

    /** Removes the server and its targets. */
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

    void learned(ServerFacts facts) {
        state = state.with(facts);
        publish(Map.of(), List.of(), List.of());
    }

    /** Evaluates and publishes the outcome of a run. */
    <O> void settle(ScheduledCheck<O> run, Outcome<O> outcome) {
        String check = run.check.name();
        List<FleetEvent> changes = new ArrayList<>();
        List<TargetMonitor> concerned = concerned(run);
        if (concerned.isEmpty()) {
            return;
        }
        concerned.forEach(monitored -> {
            if (outcome instanceof Outcome.Observed<O> && run.heartbeat()) {
                monitored.answered();
            }
            evaluate(run, outcome, monitored.target()).forEach(result -> changes.addAll(monitored.record(result)));
        });
        if (run.only == null) {
            state = state.with(connection.state(), check, outcome);
        } else {
            run.only.keep(check, outcome);
        }
        if (run.heartbeat()) {
            changes.addAll(heartbeatEvents(outcome));
        }
        publish(states(concerned), List.of(), changes);
    }

    // An exception for one target must not hide its outcome, nor keep the other targets from being evaluated.
    private <O> List<Evaluator.Result> evaluate(ScheduledCheck<O> run, Outcome<O> outcome, Target target) {
        try {
            return Evaluator.evaluate(run, outcome, target, connection.ready());
        } catch (RuntimeException defect) {
            if (defective.add(run.check.name())) {
                LOG.errorf(defect, "check %s has a defect: it cannot evaluate %s", run.check.name(), target.name());
            }
            return Evaluator.defect(run.check, defect, outcome.at(), target);
        }
    }

    /**
     * Marks the last observation of a check as failed: the check was due and could not run, and old figures must not
     * look current.
     */
    void unavailable(ScheduledCheck<?> run, Failure failure) {
        String check = run.check.name();
        List<TargetMonitor> concerned = concerned(run);
        Outcome<?> before =
                run.only == null ? state.outcome(check) : run.only.state().outcome(check);
        if (concerned.isEmpty() || !(before instanceof Outcome.Observed<?> last)) {
            return;
        }
        Outcome<?> outcome = new Outcome.Failed<>(SteadyClock.now(), Duration.ZERO, failure, last);
        if (run.only == null) {
            state = state.with(connection.state(), check, outcome);
        } else {
            run.only.keep(check, outcome);
        }
        publish(states(run.only == null ? List.of() : concerned), List.of(), List.of());
    }

    @Override
    public <T> List<Seen<T>> of(Class<T> type) {
        List<Seen<T>> seen = new ArrayList<>(seen(null, state.outcomes(), type));
        targets.values().stream()
                .map(TargetMonitor::state)
                .forEach(one -> seen.addAll(seen(one.target().database(), one.outcomes(), type)));
        return seen;
    }

    private static <T> List<Seen<T>> seen(@Nullable String database, Map<String, Outcome<?>> outcomes, Class<T> type) {
        List<Seen<T>> seen = new ArrayList<>();
        outcomes.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> {
            if (entry.getValue() instanceof Outcome.Observed<?> observed && type.isInstance(observed.value())) {
                seen.add(new Seen<>(database, observed.at(), type.cast(observed.value())));
            }
        });
        return seen;
    }

    /** Whether findings of one of these checks make a target unhealthy. */
    boolean unhealthy(Set<String> checks) {
        return targets.values().stream()
                .flatMap(monitored -> monitored.state().findings().stream())
                .anyMatch(finding -> checks.contains(finding.check()) && finding.status() == Status.UNHEALTHY);
    }

    /** The targets that a run is for. Empty if the target was removed, or the check was disabled, during the run. */
    private List<TargetMonitor> concerned(ScheduledCheck<?> run) {
        return targets.values().stream()
                .filter(monitored -> run.only == null || run.only.equals(monitored))
                .filter(monitored -> monitored.target().runs(run.check.name()))
                .toList();
    }

    private List<FleetEvent> heartbeatEvents(Outcome<?> outcome) {
        List<FleetEvent> changes = new ArrayList<>();
        Double took = null;
        if (outcome instanceof Outcome.Observed<?> observed && observed.value() instanceof HeartbeatResult heartbeat) {
            took = heartbeat.responseTimeMs();
            changes.addAll(roleChanges(heartbeat.role(), outcome.at()));
            role = heartbeat.role();
        }
        if (fleet.listeners() > 0) {
            for (String name : targets.keySet()) {
                changes.add(new FleetEvent.Beat(outcome.at(), name, took != null, took));
            }
        }
        return changes;
    }

    private List<FleetEvent> roleChanges(Role now, Instant at) {
        Role was = role;
        return was == null || was == now
                ? List.of()
                : targets.keySet().stream()
                        .<FleetEvent>map(name -> new FleetEvent.RoleChanged(at, name, was, now))
                        .toList();
    }

    private static Map<String, TargetState> states(Collection<TargetMonitor> monitored) {
        Map<String, TargetState> states = new HashMap<>();
        monitored.forEach(one -> states.put(one.target().name(), one.state()));
        return states;
    }

    private void publish(Map<String, TargetState> changed, List<String> gone, List<FleetEvent> changes) {
        Server before = published;
        published = state.server();
        fleet.update(
                snapshot -> new Snapshot(
                        (before.equals(published)
                                        ? snapshot.servers()
                                        : snapshot.servers().minus(before))
                                .plus(published, state),
                        merged(snapshot.targets(), changed).minusAll(gone),
                        snapshot.staleAfter()),
                changes);
    }

    /** Most runs change no target. */
    private static PMap<String, TargetState> merged(
            PMap<String, TargetState> targets, Map<String, TargetState> changed) {
        PMap<String, TargetState> merged = targets;
        for (Map.Entry<String, TargetState> entry : changed.entrySet()) {
            if (!entry.getValue().equals(merged.get(entry.getKey()))) {
                merged = merged.plus(entry.getKey(), entry.getValue());
            }
        }
        return merged;
    }
}
