package dev.pgvigil.target;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Checks with a threshold of every unit. */
public final class SampleChecks implements KnownChecks {

    static final Threshold DEGRADED = Threshold.ratio("connections", "degraded", 0.8);
    static final Threshold UNHEALTHY = Threshold.ratio("connections", "unhealthy", 0.95);
    static final Threshold SLOW = Threshold.duration("heartbeat", "slow", Duration.ofMillis(200));
    static final Threshold LARGE = Threshold.bytes("size", "large", 1L << 30);
    static final Threshold LONG = Threshold.count("queue", "long", 10);

    // Less is worse.
    static final Threshold IDLE_DEGRADED = Threshold.count("idle", "degraded", 5);
    static final Threshold IDLE_UNHEALTHY = Threshold.count("idle", "unhealthy", 1);

    @Override
    public Set<String> names() {
        return Set.of("heartbeat", "connections", "blocking", "databases");
    }

    @Override
    public Set<String> exempting() {
        return Set.of("blocking");
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(DEGRADED, UNHEALTHY, SLOW, LARGE, LONG, IDLE_DEGRADED, IDLE_UNHEALTHY);
    }
}
