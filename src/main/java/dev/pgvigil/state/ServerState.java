package dev.pgvigil.state;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * The latest state of one server. Immutable.
 *
 * @param facts facts of the latest session; null before the first
 * @param link state of the connections to it
 * @param outcomes outcomes of server-wide checks, by check name
 */
public record ServerState(
        Server server, @Nullable ServerFacts facts, ConnectionState link, PMap<String, Outcome<?>> outcomes) {

    public static ServerState initial(Server server) {
        return new ServerState(server, null, ConnectionState.NONE, HashTreePMap.empty());
    }

    /** The latest outcome of a server-wide check; null before its first run. */
    public @Nullable Outcome<?> outcome(String check) {
        return outcomes.get(check);
    }

    /**
     * The latest outcome of a server-wide or database check for one target; null before its first run, or if the check
     * is disabled for that target.
     */
    public @Nullable Outcome<?> outcome(TargetState target, String check) {
        if (!target.target().runs(check)) {
            return null;
        }
        Outcome<?> own = target.outcome(check);
        return own == null ? outcome(check) : own;
    }

    /** The role at the latest answered heartbeat, which is newer than the session's facts; null: never connected. */
    public @Nullable Role role() {
        Outcome<?> beat = outcome(HeartbeatResult.CHECK);
        Outcome<?> answered = beat instanceof Outcome.Failed<?> failed ? failed.last() : beat;
        if (answered instanceof Outcome.Observed<?> observed && observed.value() instanceof HeartbeatResult latest) {
            return latest.role();
        }
        return facts == null ? null : facts.role();
    }

    /** Keeps only the outcomes of these checks. */
    public ServerState keeping(Predicate<String> checks) {
        List<String> others = outcomes.keySet().stream().filter(checks.negate()).toList();
        return new ServerState(server, facts, link, outcomes.minusAll(others));
    }

    public ServerState reached(Server by) {
        return new ServerState(by, facts, link, outcomes);
    }

    /** The current interval of a check, including throttling. */
    public Duration interval(Target target, Check<?> check) {
        return interval(target, check, check.policy().interval(facts));
    }

    /** The same after an observation: longer where there was nothing that the check is about. */
    public <O> Duration interval(Target target, Check<O> check, Outcome.Observed<?> observed) {
        @SuppressWarnings("unchecked") // it is the check's own
        O value = (O) observed.value();
        return check.idle(value) ? interval(target, check, check.policy().idle(facts)) : interval(target, check);
    }

    private Duration interval(Target target, Check<?> check, Duration standard) {
        return check.policy().priority().throttled(target.interval(check.name(), standard), link.stretch());
    }

    public ServerState with(ServerFacts learned) {
        return new ServerState(server, learned, link, outcomes);
    }

    public ServerState with(ConnectionState latest, String check, Outcome<?> outcome) {
        return new ServerState(server, facts, latest, outcomes.plus(check, outcome));
    }
}
