package dev.pgvigil.check;

import dev.pgvigil.postgres.Role;
import dev.pgvigil.target.Threshold;
import java.time.Duration;

/**
 * The observation of the heartbeat. It belongs to the contract, not to one check, because the status, staleness and role of
 * every target depend on it.
 *
 * @param responseTimeMs from the query to its answer, the network included
 */
public record HeartbeatResult(Role role, double responseTimeMs) {

    /** Name of the check. */
    public static final String CHECK = "heartbeat";

    /** The threshold of a slow heartbeat. */
    public static final Threshold SLOW =
            Threshold.duration(CHECK, "slow", Duration.ofMillis(500), "A slower response degrades the target");
}
