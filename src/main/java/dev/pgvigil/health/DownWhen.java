package dev.pgvigil.health;

import dev.pgvigil.check.Status;

/** The status from which a target is down for a group. Unknown is down for every group. */
enum DownWhen {
    UNHEALTHY,
    DEGRADED;

    boolean up(Status status) {
        return switch (status) {
            case HEALTHY -> true;
            case DEGRADED -> this == UNHEALTHY;
            case UNHEALTHY, UNKNOWN -> false;
        };
    }
}
