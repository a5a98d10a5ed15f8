package dev.pgvigil.state.view;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Status;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A snapshot of the fleet and the time at which it is read. Pure. */
public record PointInTimeView(Snapshot snapshot, Instant now) {

    /** All targets by name. */
    public List<TargetState> targets() {
        return snapshot.targets().values().stream()
                .sorted(Comparator.comparing(state -> state.target().name()))
                .toList();
    }

    /** The target of that name; throws a {@link ProblemException} if there is none. */
    public TargetState target(String name) {
        TargetState state = snapshot.targets().get(name);
        if (state == null) {
            throw unwatched(name);
        }
        return state;
    }

    static ProblemException unwatched(String name) {
        return ProblemException.notFound("no watched database is named \"" + Query.shown(name) + "\"");
    }

    public Status status(TargetState target) {
        return snapshot.status(target, now);
    }

    /** Since when the target has its status, including unknown because of a stale heartbeat. */
    public Instant since(TargetState target) {
        Outcome<?> beat = beat(target);
        return beat != null && stale(target) ? beat.at().plus(snapshot.staleAfter()) : target.since();
    }

    public boolean stale(TargetState target) {
        Duration age = snapshot.age(target, now);
        return age != null && age.compareTo(snapshot.staleAfter()) > 0;
    }

    @Nullable
    public Long ageMs(TargetState target) {
        Duration age = snapshot.age(target, now);
        return age == null ? null : age.toMillis();
    }

    public ServerState server(TargetState target) {
        return snapshot.serverOf(target);
    }

    @Nullable
    public Outcome<?> beat(TargetState target) {
        return server(target).outcome(HeartbeatResult.CHECK);
    }

    /** The response time of the latest heartbeat; null: not answered. */
    @Nullable
    Double beatMs(TargetState target) {
        return beat(target) instanceof Outcome.Observed<?>(var at, var took, HeartbeatResult beat)
                ? Double.valueOf(rounded(beat.responseTimeMs()))
                : null;
    }

    /** The latest outcome of a server-wide or database check; null before its first run, or if disabled. */
    @Nullable
    public Outcome<?> outcome(TargetState target, String check) {
        return server(target).outcome(target, check);
    }

    static double milliseconds(Duration duration) {
        return rounded(duration.toNanos() / 1_000_000.0);
    }

    private static double rounded(double milliseconds) {
        return Math.round(milliseconds * 1000) / 1000.0;
    }
}
