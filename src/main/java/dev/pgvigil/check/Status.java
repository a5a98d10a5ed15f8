package dev.pgvigil.check;

import java.util.Comparator;
import java.util.stream.Stream;

/** The status of a target. Unknown means never observed, or older than the staleness limit, and is never healthy. */
public enum Status {
    HEALTHY,
    UNKNOWN,
    DEGRADED,
    UNHEALTHY;

    /** The worst of them; healthy if there are none. A known problem outweighs unknown. */
    public static Status worst(Stream<Status> statuses) {
        return statuses.max(Comparator.naturalOrder()).orElse(HEALTHY);
    }
}
