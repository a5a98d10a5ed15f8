package dev.pgvigil.target;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Checks with a threshold of every unit. */
public final class SampleChecks implements KnownChecks {

    static final Threshold DEGRADED = Threshold.ratio("connections", "degraded", 0.8, "Sample");
    static final Threshold UNHEALTHY = Threshold.ratio("connections", "unhealthy", 0.95, "Sample");
    static final Threshold SLOW = Threshold.duration("heartbeat", "slow", Duration.ofMillis(200), "Sample");
    static final Threshold LARGE = Threshold.bytes("size", "large", 1L << 30, "Sample");
    static final Threshold LONG = Threshold.count("queue", "long", 10, "Sample");

    // Less is worse.
    static final Threshold IDLE_DEGRADED = Threshold.count("idle", "degraded", 5, "Sample");
    static final Threshold IDLE_UNHEALTHY = Threshold.count("idle", "unhealthy", 1, "Sample");

    static final CheckOption<List<String>> NAMES = CheckOption.list("databases", "names", "Sample");
    static final CheckOption<List<String>> FILE = CheckOption.file("databases", "names-file", "Sample");

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

    @Override
    public List<CheckOption<?>> options() {
        return List.of(NAMES, FILE);
    }
}
