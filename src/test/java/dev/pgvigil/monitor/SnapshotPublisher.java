package dev.pgvigil.monitor;

import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** Publishes hand-made snapshots for tests of their readers. */
public final class SnapshotPublisher {

    public static final Snapshot EMPTY =
            new Snapshot(HashTreePMap.empty(), HashTreePMap.empty(), Duration.ofSeconds(5));

    private SnapshotPublisher() {}

    /** Publishes this as the state of the fleet. */
    public static void put(Fleet fleet, Snapshot snapshot) {
        fleet.update(before -> snapshot, List.of());
    }

    public static Snapshot with(Snapshot snapshot, TargetState state) {
        PMap<Server, ServerState> servers = snapshot.servers();
        Server server = state.target().server();
        if (!servers.containsKey(server)) {
            servers = servers.plus(server, ServerState.initial(server));
        }
        return new Snapshot(servers, snapshot.targets().plus(state.target().name(), state), snapshot.staleAfter());
    }

    public static Snapshot with(Snapshot snapshot, ServerState state) {
        return new Snapshot(snapshot.servers().plus(state.server(), state), snapshot.targets(), snapshot.staleAfter());
    }

    public static Snapshot without(Snapshot snapshot, Target target) {
        return new Snapshot(
                snapshot.servers().minus(target.server()),
                snapshot.targets().minus(target.name()),
                snapshot.staleAfter());
    }

    public static ServerState server(
            Server server, @Nullable ServerFacts facts, ConnectionState link, Map<String, Outcome<?>> outcomes) {
        return new ServerState(server, facts, link, HashTreePMap.from(outcomes));
    }
}
