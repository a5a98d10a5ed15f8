package dev.pgvigil.check;

import dev.pgvigil.postgres.Role;
import dev.pgvigil.target.Threshold;
import java.time.Duration;

/**
 * The observation of the heartbeat. It belongs to the contract, and not to one check alone, because the status, the staleness and
 * the role of every target rest on it.
 *
 * @param responseTimeMs from the query to its answer, the network included
 */
public record HeartbeatResult(Role role, double responseTimeMs) {

    /** Name of the check. */
    public static final String CHECK = "heartbeat";

    /** From when a heartbeat is slow. */
    public static final Threshold SLOW =
            Threshold.duration(CHECK, "slow", Duration.ofMillis(500), "A slower response degrades the target");
}
