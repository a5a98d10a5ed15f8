package dev.pgvigil.monitor;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;

/** A hand-made fleet at one time. Immutable: each method returns a scene with one addition. */
public record Scene(Instant now, Snapshot snapshot) {

    public static final Duration STALE_AFTER = Duration.ofSeconds(5);

    private static final Duration TOOK = Duration.ofMillis(1);

    public static Scene at(Instant now) {
        return new Scene(now, new Snapshot(HashTreePMap.empty(), HashTreePMap.empty(), STALE_AFTER));
    }

    /** Adds a target with this status, whose latest heartbeat was answered that long ago. */
    public Scene target(Target target, Status status, Duration ago, Finding... findings) {
        return unseen(target, status, findings).outcome(target, Heartbeat.NAME, observed(ago));
    }

    /** Adds a target with this status, without a heartbeat. */
    public Scene unseen(Target target, Status status, Finding... findings) {
        TargetState state = new TargetState(target, status, now, List.of(findings), HashTreePMap.empty());
        return new Scene(
                now,
                new Snapshot(snapshot.servers(), snapshot.targets().plus(target.name(), state), snapshot.staleAfter()));
    }

    public Scene without(String target) {
        return new Scene(
                now, new Snapshot(snapshot.servers(), snapshot.targets().minus(target), snapshot.staleAfter()));
    }

    /** Adds the outcome of a server-wide check. */
    public Scene outcome(Target target, String check, Outcome<?> outcome) {
        return server(
                target,
                state -> new ServerState(
                        state.server(),
                        state.facts(),
                        state.link(),
                        state.outcomes().plus(check, outcome)));
    }

    /** Adds the outcome of a database check. */
    public Scene ownOutcome(Target target, String check, Outcome<?> outcome) {
        TargetState state = snapshot.targets().get(target.name());
        if (state == null) {
            throw new IllegalArgumentException(target.name());
        }
        TargetState next = new TargetState(
                target,
                state.status(),
                state.since(),
                state.findings(),
                state.outcomes().plus(check, outcome));
        return new Scene(
                now,
                new Snapshot(snapshot.servers(), snapshot.targets().plus(target.name(), next), snapshot.staleAfter()));
    }

    /** Sets the target's latest heartbeat, answered that long ago in this role. */
    public Scene beat(Target target, Role role, Duration ago) {
        return outcome(
                target, Heartbeat.NAME, new Outcome.Observed<>(now.minus(ago), TOOK, new HeartbeatResult(role, 1)));
    }

    /** Sets the role at the start of the session to the target's server. */
    public Scene role(Target target, Role role) {
        ServerFacts facts =
                new ServerFacts(180_000, "18.0", role, now, false, true, false, Map.of(), Map.of(), Set.of());
        return server(target, state -> new ServerState(state.server(), facts, state.link(), state.outcomes()));
    }

    public Scene stretch(Target target, double factor) {
        ConnectionState link = new ConnectionState(1, 0, 1, 0, 0, 0, 0, 0, factor);
        return server(target, state -> new ServerState(state.server(), state.facts(), link, state.outcomes()));
    }

    public Outcome.Observed<String> observed(Duration ago) {
        return new Outcome.Observed<>(now.minus(ago), TOOK, "");
    }

    public Outcome<String> failed(Duration ago, Outcome.@Nullable Observed<String> last) {
        return new Outcome.Failed<>(now.minus(ago), TOOK, Failure.of(Failure.Reason.TIMEOUT, "late"), last);
    }

    public Outcome<String> skipped(String reason) {
        return new Outcome.Skipped<>(now, reason);
    }

    /** Publishes this as the state of the fleet. */
    public void show(Fleet fleet) {
        fleet.update(before -> snapshot, List.of());
    }

    private Scene server(Target target, UnaryOperator<ServerState> step) {
        Server server = target.server();
        ServerState state = snapshot.servers().get(server);
        ServerState next = step.apply(state == null ? ServerState.initial(server) : state);
        return new Scene(
                now, new Snapshot(snapshot.servers().plus(server, next), snapshot.targets(), snapshot.staleAfter()));
    }
}
