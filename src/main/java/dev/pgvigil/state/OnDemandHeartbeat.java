package dev.pgvigil.state;

import io.smallrye.mutiny.Uni;

/** Sends a heartbeat for a request, within the session and deadlines of the monitor. */
public interface OnDemandHeartbeat {

    /**
     * Sends a heartbeat to the target's server now, or joins the one in flight, and returns the target's state after it,
     * within the session's deadlines. Fails with {@link java.util.NoSuchElementException} if there is no such target.
     */
    Uni<TargetState> beat(String target);
}
