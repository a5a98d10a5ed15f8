package dev.pgvigil.target;

import java.time.Duration;

/**
 * A threshold that a check declares: {@code thresholds.<check>.<name>} in the configuration.
 *
 * @param standard the default, in the unit's base: a ratio 0..1, seconds, bytes or a count
 * @param description the effect of the threshold, a phrase without a full stop; for the JSON Schema and the reference
 */
public record Threshold(String check, String name, Unit unit, double standard, String description) {

    /** The unit of a threshold, which determines how it is written in YAML. */
    public enum Unit {
        /** {@code 80%} or {@code 0.8}. */
        RATIO,
        /** {@code 500ms}, {@code 5s}, {@code 5m}, {@code 1h}, {@code 2d}. */
        DURATION,
        /** {@code 64MB}, {@code 1GiB}. */
        BYTES,
        /** A plain number. */
        COUNT
    }

    public static Threshold ratio(String check, String name, double standard, String description) {
        return new Threshold(check, name, Unit.RATIO, standard, description);
    }

    public static Threshold duration(String check, String name, Duration standard, String description) {
        return new Threshold(check, name, Unit.DURATION, standard.toMillis() / 1000.0, description);
    }

    public static Threshold bytes(String check, String name, long standard, String description) {
        return new Threshold(check, name, Unit.BYTES, standard, description);
    }

    public static Threshold count(String check, String name, long standard, String description) {
        return new Threshold(check, name, Unit.COUNT, standard, description);
    }

    /** {@code connections.degraded}. */
    public String key() {
        return check + "." + name;
    }
}
