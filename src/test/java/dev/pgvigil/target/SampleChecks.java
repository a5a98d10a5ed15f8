package dev.pgvigil.target;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Checks with a threshold of every unit. */
final class SampleChecks implements KnownChecks {

    static final Limit DEGRADED = Limit.ratio("connections", "degraded", 0.8);
    static final Limit UNHEALTHY = Limit.ratio("connections", "unhealthy", 0.95);
    static final Limit SLOW = Limit.duration("heartbeat", "slow", Duration.ofMillis(200));
    static final Limit LARGE = Limit.bytes("size", "large", 1L << 30);
    static final Limit LONG = Limit.count("queue", "long", 10);

    // Less is worse.
    static final Limit IDLE_DEGRADED = Limit.count("idle", "degraded", 5);
    static final Limit IDLE_UNHEALTHY = Limit.count("idle", "unhealthy", 1);

    @Override
    public Set<String> names() {
        return Set.of("heartbeat", "connections", "blocking", "databases");
    }

    @Override
    public List<Limit> limits() {
        return List.of(DEGRADED, UNHEALTHY, SLOW, LARGE, LONG, IDLE_DEGRADED, IDLE_UNHEALTHY);
    }
}
