package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads thresholds. */
final class ThresholdsReader {

    private static final Duration MAX_DURATION = Duration.ofDays(365);
    private static final long MAX_BYTES = 1L << 50;
    private static final long MAX_COUNT = 1_000_000_000_000L;

    private final List<Limit> limits;
    private final Thresholds defaults;
    private final List<Steps> steps;

    /** Two limits of one check, of which the second is the worse. */
    private record Steps(Limit degraded, Limit unhealthy) {}

    /**
     * Reads over these defaults.
     *
     * @param limits all that may be set
     * @param defaults in force where nothing is written
     */
    ThresholdsReader(List<Limit> limits, Thresholds defaults) {
        this.limits = limits;
        this.defaults = defaults;
        this.steps = limits.stream()
                .flatMap(degraded -> limits.stream()
                        .filter(unhealthy -> worse(degraded, unhealthy))
                        .map(unhealthy -> new Steps(degraded, unhealthy)))
                .toList();
    }

    Thresholds defaults() {
        return defaults;
    }

    /** The defaults, save for what is written. */
    Thresholds read(Node node) {
        if (!node.present()) {
            return defaults;
        }
        Map<String, Double> written = new HashMap<>();
        for (Limit limit : limits) {
            Node check = node.child(limit.check());
            double value = read(check, limit);
            if (check.child(limit.name()).present()) {
                written.put(limit.key(), value);
            }
        }
        Thresholds thresholds = defaults.with(new Thresholds(written));
        steps.stream()
                .filter(pair -> written.containsKey(pair.degraded().key())
                        || written.containsKey(pair.unhealthy().key()))
                .forEach(pair -> order(node, pair, thresholds));
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
    private static void order(Node node, Steps pair, Thresholds thresholds) {
        Limit degraded = pair.degraded();
        Limit unhealthy = pair.unhealthy();
        double direction = Math.signum(unhealthy.standard() - degraded.standard());
        if (direction * (thresholds.of(unhealthy) - thresholds.of(degraded)) < 0) {
            node.child(degraded.check())
                    .problem(degraded.name() + " must be " + (direction > 0 ? "at most " : "at least ")
                            + unhealthy.name());
        }
    }

    private static boolean worse(Limit degraded, Limit unhealthy) {
        return degraded.check().equals(unhealthy.check())
                && degraded.name().contains("degraded")
                && degraded.name().replace("degraded", "unhealthy").equals(unhealthy.name());
    }
}
