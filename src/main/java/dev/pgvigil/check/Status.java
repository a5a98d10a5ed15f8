package dev.pgvigil.check;

import java.util.Comparator;
import java.util.stream.Stream;

/** How a target is. Unknown is never healthy: never observed, or older than its staleness bound. */
public enum Status {
    HEALTHY,
    UNKNOWN,
    DEGRADED,
    UNHEALTHY;

    /** The worst of them; healthy if there are none. Known trouble outweighs the unknown. */
    public static Status worst(Stream<Status> statuses) {
        return statuses.max(Comparator.naturalOrder()).orElse(HEALTHY);
    }
}
