package dev.pgvigil.check;

/** The scope of one observation. */
public enum Scope {
    /** The whole server: collected once on the shared session, evaluated for each of its targets. */
    SERVER,
    /** One database: collected in a session to that database. */
    DATABASE
}
