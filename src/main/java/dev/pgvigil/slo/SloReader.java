package dev.pgvigil.slo;

import dev.pgvigil.config.Node;
import dev.pgvigil.target.Glob;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what an objective measures and on which targets: in the configuration itself, and within documents of other formats. */
final class SloReader {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
    /** A path of the API. */
    private static final String RULES = "rules";

    private SloReader() {}

    /** The share that an objective promises and the time over which it does. */
    record Promise(double ratio, BudgetWindow window) {}

    /** An objective of the configuration itself. */
    static Slo configured(String name, Node node) {
        name(name, node);
        double ratio = node.doc("Share of the time that must be good").ratio("objective", 0.999, 0.5, 0.99999);
        return read(name, node, new Promise(ratio, window(node)), Map.of(), null);
    }

    /** Records a problem at this place if no objective can have that name. */
    static void name(String name, Node place) {
        if (!NAME.matcher(name).matches() || name.equals(RULES)) {
            place.problem("a name has 1 to 63 lower-case letters, digits, '_' and '-', and is not " + RULES);
        }
    }

    /**
     * An objective, of which a place says what it measures, with its bound.
     *
     * @param origin see {@link Slo}
     */
    static Slo read(String name, Node node, Promise promise, Map<String, String> labels, @Nullable String origin) {
        Slo slo = unbounded(name, node, promise, labels, origin);
        return slo.with(threshold(node, slo.indicator()), goal(node, slo.indicator()));
    }

    /** The same with the usual threshold and without a goal: the bound is elsewhere. */
    static Slo unbounded(String name, Node node, Promise promise, Map<String, String> labels, @Nullable String origin) {
        Indicator indicator = node.doc("What is measured").choice("type", Indicator.class, Indicator.AVAILABILITY);
        return new Slo(
                name,
                indicator,
                indicator.standard(),
                null,
                promise.ratio(),
                promise.window(),
                node.doc("Targets by name, with * and ?; all by default").child("targets").items().stream()
                        .map(Node::text)
                        .filter(Objects::nonNull)
                        .map(Glob::new)
                        .toList(),
                texts(node.doc("Targets by tag: all of these").child("tags")),
                labels,
                origin);
    }

    private static @Nullable Duration threshold(Node node, Indicator indicator) {
        Duration configured = node.doc(
                        "Slowest good heartbeat (latency, 200ms by default), or oldest good data (replication-freshness, 30s)")
                .duration("threshold", Duration.ofMillis(1), Duration.ofDays(1));
        if (configured != null && !indicator.hasThreshold()) {
            node.child("threshold").problem("is for the types latency and replication-freshness");
        }
        return configured == null ? indicator.standard() : configured;
    }

    private static @Nullable MetricGoal goal(Node node, Indicator indicator) {
        String metric = node.doc("Metric of a query of checks.custom-sql, <query>_<column> (custom-sql)")
                .string("metric");
        Node most = node.doc("Greatest good value of the metric").child("at-most");
        Node least = node.doc("Smallest good value of the metric").child("at-least");
        if (indicator != Indicator.CUSTOM_SQL) {
            List.of(node.child("metric"), most, least).stream()
                    .filter(Node::present)
                    .forEach(place -> place.problem("is for the type custom-sql"));
            // Recorded as keys of numbers.
            number(most);
            number(least);
            return null;
        }
        Double greatest = number(most);
        Double smallest = number(least);
        if (metric == null && !node.mistaken()) {
            node.problem("needs metric, such as bookings_today");
        } else if (most.present() == least.present()) {
            node.problem("needs either at-most or at-least");
        }
        Double value = greatest == null ? smallest : greatest;
        return metric == null || value == null ? null : new MetricGoal(metric, greatest != null, value);
    }

    /** A finite number; null: absent, or not one, with a problem. */
    static @Nullable Double number(Node node) {
        String text = node.text();
        if (text == null) {
            return null;
        }
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // The same problem.
        }
        node.problem("must be a number, not " + node.shown(text));
        return null;
    }

    private static BudgetWindow window(Node node) {
        Duration duration = node.doc("Time over which the budget is counted: 7d, 28d or 30d")
                .duration("window", Duration.ofDays(30), Duration.ofDays(7), Duration.ofDays(30));
        BudgetWindow window = BudgetWindow.of(duration);
        if (window == null) {
            node.child("window").problem("must be 7d, 28d or 30d");
        }
        return window == null ? BudgetWindow.D30 : window;
    }

    /** A map of texts. */
    static Map<String, String> texts(Node node) {
        Map<String, String> texts = new HashMap<>();
        node.children().forEach((key, child) -> {
            String value = child.text();
            if (value != null) {
                texts.put(key, value);
            }
        });
        return texts;
    }
}
