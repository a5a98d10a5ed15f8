package dev.pgvigil.check;

/** The scope of one observation. */
public enum Scope {
    /** The whole server: collected once on the shared session, evaluated for each of its targets. */
    SERVER,
    /**
     * The host of the server: collected once, also while the server cannot be reached. Its statements fail then, so that the check
     * must do without what they return.
     */
    HOST,
    /** One database: collected in a session to that database. */
    DATABASE
}
