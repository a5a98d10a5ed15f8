package dev.pgvigil.check;

/** An observation that says how many connection slots of a server are in use: what the history keeps of them. */
public interface PoolUsage {

    /** Slots in use by clients. */
    int checkedOut();

    /** Slots that ordinary roles can get. */
    int poolSize();
}
