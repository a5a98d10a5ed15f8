package dev.pgvigil.postgres;

/** What a server is at this moment: {@code pg_is_in_recovery()} tells. */
public enum Role {
    PRIMARY,
    REPLICA
}
