package dev.pgvigil.state;

import dev.pgvigil.postgres.ServerConnection;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import java.util.function.Function;

/** Gives work that a request asks for the connection of the monitor, with its budget and deadlines. */
public interface OnDemandConnection {

    /** Does this work on the event loop of the target's server. */
    <T> Uni<T> with(Target target, Function<ServerConnection, Uni<T>> work);
}
