package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Quantity;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads thresholds. */
final class ThresholdsReader {

    private static final Pattern LEVEL = Pattern.compile("-?(degraded|high|unhealthy)$");
    private static final Duration MAX_DURATION = Duration.ofDays(365);
    private static final long MAX_BYTES = 1L << 50;
    private static final long MAX_COUNT = 1_000_000_000_000L;

    private final List<Threshold> limits;
    private final Thresholds defaults;
    private final List<Steps> steps;

    /** Two thresholds of one quantity; the second is the more severe. */
    private record Steps(Threshold mild, Threshold grave) {}

    /**
     * Reads thresholds that override these defaults.
     *
     * @param limits all thresholds that may be set
     * @param defaults used where nothing is configured
     */
    ThresholdsReader(List<Threshold> limits, Thresholds defaults) {
        this.limits = limits;
        this.defaults = defaults;
        this.steps = limits.stream()
                .flatMap(mild ->
                        limits.stream().filter(grave -> worse(mild, grave)).map(grave -> new Steps(mild, grave)))
                .toList();
    }

    Thresholds defaults() {
        return defaults;
    }

    /** The defaults, overridden by what is configured. */
    Thresholds read(Node node) {
        if (!node.present()) {
            return defaults;
        }
        Map<String, Double> written = new HashMap<>();
        for (Threshold limit : limits) {
            Node check = node.child(limit.check());
            double value = read(check.doc(limit.description()), limit);
            if (check.child(limit.name()).present()) {
                written.put(limit.key(), value);
            }
        }
        Thresholds thresholds = defaults.with(new Thresholds(written));
        steps.stream()
                .filter(pair -> written.containsKey(pair.mild().key())
                        || written.containsKey(pair.grave().key()))
                .forEach(pair -> order(node, pair, thresholds));
        return thresholds;
    }

    private double read(Node check, Threshold limit) {
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

    /** Verifies the order of both thresholds, in the direction of the defaults. */
    private static void order(Node node, Steps pair, Thresholds thresholds) {
        Threshold mild = pair.mild();
        Threshold grave = pair.grave();
        double direction = Math.signum(grave.standard() - mild.standard());
        if (direction * (thresholds.of(grave) - thresholds.of(mild)) < 0) {
            node.child(mild.check())
                    .problem(mild.name() + " (" + shown(mild, thresholds) + ") must be "
                            + (direction > 0 ? "at most " : "at least ") + grave.name() + " ("
                            + shown(grave, thresholds) + ")");
        }
    }

    private static String shown(Threshold limit, Thresholds thresholds) {
        double value = thresholds.of(limit);
        return switch (limit.unit()) {
            case RATIO -> Quantity.show(value);
            case DURATION -> Quantity.show(thresholds.duration(limit));
            case BYTES -> Quantity.show(Math.round(value));
            case COUNT -> Long.toString(Math.round(value));
        };
    }

    private static boolean worse(Threshold mild, Threshold grave) {
        return mild.check().equals(grave.check()) && stem(mild).equals(stem(grave)) && level(mild) < level(grave);
    }

    /** The quantity of the threshold: {@code waiters} of {@code waiters-degraded}. */
    private static String stem(Threshold limit) {
        return LEVEL.matcher(limit.name()).replaceFirst("");
    }

    private static int level(Threshold limit) {
        return limit.name().endsWith("unhealthy") ? 2 : limit.name().endsWith("high") ? 1 : 0;
    }
}
