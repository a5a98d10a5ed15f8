package dev.pgvigil.postgres;

/** The current role of a server, from {@code pg_is_in_recovery()}. */
public enum Role {
    PRIMARY,
    REPLICA
}
