package dev.pgvigil.target;

import dev.pgvigil.postgres.Role;

/** The role that a target is expected to have. */
public enum ExpectedRole {
    PRIMARY,
    REPLICA,
    ANY;

    /** Whether a server in this role meets the expectation. */
    public boolean allows(Role actual) {
        return switch (this) {
            case PRIMARY -> actual == Role.PRIMARY;
            case REPLICA -> actual == Role.REPLICA;
            case ANY -> true;
        };
    }
}
