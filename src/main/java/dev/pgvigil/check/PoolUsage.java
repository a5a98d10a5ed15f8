package dev.pgvigil.check;

import dev.pgvigil.target.Threshold;

/**
 * An observation of the connection slots in use on a server. It belongs to the contract, because the history and the charts of
 * every server show it.
 */
public interface PoolUsage {

    /** Name of the check. */
    String CHECK = "connections";

    /** The share of the slots from which a target is degraded. */
    Threshold DEGRADED =
            Threshold.ratio(CHECK, "degraded", 0.8, "Share of a connection limit in use that degrades the target");

    /** The share of the slots from which a target is unhealthy. */
    Threshold UNHEALTHY = Threshold.ratio(
            CHECK, "unhealthy", 0.95, "Share of a connection limit in use that makes the target unhealthy");

    /** Slots in use by clients. */
    int checkedOut();

    /** Slots available to ordinary roles. */
    int poolSize();
}
