package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads thresholds.
 *
 * @param limits all that may be set
 * @param defaults in force where nothing is written
 */
record ThresholdsReader(List<Limit> limits, Thresholds defaults) {

    private static final Duration MAX_DURATION = Duration.ofDays(365);
    private static final long MAX_BYTES = 1L << 50;
    private static final long MAX_COUNT = 1_000_000_000_000L;

    /** The defaults, save for what is written. */
    Thresholds read(Node node) {
        if (!node.present()) {
            return defaults;
        }
        Map<String, Double> written = new HashMap<>();
        for (Limit limit : limits) {
            double value = read(node.child(limit.check()), limit);
            if (node.child(limit.check()).child(limit.name()).present()) {
                written.put(limit.key(), value);
            }
        }
        Thresholds thresholds = defaults.with(new Thresholds(written));
        limits.stream()
                .filter(degraded -> worse(degraded)
                        .filter(worse -> written.containsKey(degraded.key()) || written.containsKey(worse.key()))
                        .isPresent())
                .forEach(degraded -> order(node, degraded, thresholds));
        return thresholds;
    }

    private double read(Node check, Limit limit) {
        double standard = defaults.of(limit);
        return switch (limit.unit()) {
            case RATIO -> check.ratio(limit.name(), standard, 0, 1);
            case DURATION ->
                check.duration(limit.name(), defaults.duration(limit), Duration.ZERO, MAX_DURATION)
                                .toMillis()
                        / 1000.0;
            case BYTES -> check.bytes(limit.name(), Math.round(standard), 0, MAX_BYTES);
            case COUNT -> check.number(limit.name(), Math.round(standard), 0, MAX_COUNT);
        };
    }

    /** What is degraded comes before what is unhealthy, in the direction of the defaults. */
    private void order(Node node, Limit degraded, Thresholds thresholds) {
        worse(degraded).ifPresent(unhealthy -> {
            double direction = Math.signum(unhealthy.standard() - degraded.standard());
            if (direction * (thresholds.of(unhealthy) - thresholds.of(degraded)) < 0) {
                node.child(degraded.check())
                        .problem(degraded.name() + " must be " + (direction > 0 ? "at most " : "at least ")
                                + unhealthy.name());
            }
        });
    }

    private Optional<Limit> worse(Limit degraded) {
        String name = degraded.name().replace("degraded", "unhealthy");
        return limits.stream()
                .filter(limit -> limit.check().equals(degraded.check())
                        && limit.name().equals(name)
                        && !name.equals(degraded.name()))
                .findFirst();
    }
}
