package dev.pgvigil.target;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The thresholds of one target: the configured values, otherwise the defaults. */
public final class Thresholds {

    public static final Thresholds DEFAULTS = new Thresholds(Map.of());

    private final Map<String, Double> configured;

    /**
     * The defaults, overridden by what is configured.
     *
     * @param configured values in base units by {@link Threshold#key()}
     */
    public Thresholds(Map<String, Double> configured) {
        this.configured = Map.copyOf(configured);
    }

    /** The value of the threshold in its base unit. */
    public double of(Threshold limit) {
        return configured.getOrDefault(limit.key(), limit.standard());
    }

    /** The value of a threshold that is a duration. */
    public Duration duration(Threshold limit) {
        return Duration.ofMillis(Math.round(of(limit) * 1000));
    }

    /** These thresholds, overridden by the configured values of others. */
    public Thresholds with(Thresholds more) {
        Map<String, Double> merged = new HashMap<>(configured);
        merged.putAll(more.configured);
        return new Thresholds(merged);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Thresholds that && configured.equals(that.configured);
    }

    @Override
    public int hashCode() {
        return configured.hashCode();
    }

    @Override
    public String toString() {
        return configured.toString();
    }
}
