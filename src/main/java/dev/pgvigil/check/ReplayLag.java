package dev.pgvigil.check;

import org.jspecify.annotations.Nullable;

/** An observation of how old a server's data can be. It belongs to the contract, because objectives are measured with it. */
public interface ReplayLag {

    /** Name of the check. */
    String CHECK = "replication";

    /** Whether the server is a standby. The data of a primary is current. */
    boolean replays();

    /** Upper bound of the age of a standby's data; null: not known. */
    @Nullable
    Double replayLagSeconds();
}
