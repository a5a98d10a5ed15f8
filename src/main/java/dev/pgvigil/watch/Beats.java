package dev.pgvigil.watch;

import io.smallrye.mutiny.Uni;

/** Heartbeats on demand. */
public interface Beats {

    /**
     * One heartbeat now, or the one in flight. Completes within the heartbeat's deadline, whatever the server does.
     *
     * @param target name of a watched target
     */
    Uni<TargetState> beat(String target);
}
