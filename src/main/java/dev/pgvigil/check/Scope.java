package dev.pgvigil.check;

/** What one observation covers. */
public enum Scope {
    /** The whole server: observed once on the shared session, judged for each of its targets. */
    SERVER,
    /** One database: observed in a session to that database. */
    DATABASE
}
