package dev.pgvigil.watch;

import dev.pgvigil.target.LinkState;
import dev.pgvigil.target.Server;
import dev.pgvigil.target.ServerFacts;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * The latest of one server. Immutable.
 *
 * @param facts of the latest session; null before the first
 * @param link how it is reached
 * @param outcomes of server-wide checks, by check name
 */
public record ServerState(
        Server server, @Nullable ServerFacts facts, LinkState link, PMap<String, Outcome<?>> outcomes) {

    static ServerState initial(Server server) {
        return new ServerState(server, null, LinkState.NONE, HashTreePMap.empty());
    }

    /** The latest outcome of a server-wide check; null before its first pass. */
    public @Nullable Outcome<?> outcome(String check) {
        return outcomes.get(check);
    }

    ServerState with(ServerFacts learned) {
        return new ServerState(server, learned, link, outcomes);
    }

    ServerState with(LinkState latest, String check, Outcome<?> outcome) {
        return new ServerState(server, facts, latest, outcomes.plus(check, outcome));
    }
}
