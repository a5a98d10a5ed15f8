package dev.pgvigil.slo;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A service level objective: each target that it selects has a budget of its own.
 *
 * @param threshold null: the indicator has none
 * @param goal what the metric of a custom query must be; null: another indicator
 * @param ratio the share of the time that must be good
 * @param targets names or patterns, one of which must match; empty: any
 * @param tags all of which a target must have
 * @param labels of the rules that are made for Prometheus
 * @param origin file, line and key of the document that it was read from; null: the configuration itself
 */
record Slo(
        String name,
        Indicator indicator,
        @Nullable Duration threshold,
        @Nullable MetricGoal goal,
        double ratio,
        BudgetWindow window,
        List<Glob> targets,
        Map<String, String> tags,
        Map<String, String> labels,
        @Nullable String origin) {

    Slo {
        targets = List.copyOf(targets);
        tags = Map.copyOf(tags);
        labels = Map.copyOf(labels);
    }

    /** The same with another bound. */
    Slo with(@Nullable Duration otherThreshold, @Nullable MetricGoal otherGoal) {
        return new Slo(name, indicator, otherThreshold, otherGoal, ratio, window, targets, tags, labels, origin);
    }

    boolean selects(Target target) {
        return (targets.isEmpty() || targets.stream().anyMatch(glob -> glob.matches(target.name())))
                && target.tags().entrySet().containsAll(tags.entrySet());
    }

    /** The time between two measurements of a target; empty: it is not measured there. */
    Optional<Duration> interval(Target target, Catalogue catalogue) {
        return indicator.interval(target, catalogue, goal);
    }

    /** The share of the time that may be bad. Rounded, because 1 − 0.999 is not quite 0.001. */
    double budget() {
        return Math.round((1 - ratio) * 1e9) / 1e9;
    }

    /** What its counts mean: with another one they cannot be continued. */
    String measured() {
        String bound = goal != null ? goal.toString() : threshold == null ? "" : String.valueOf(threshold.toMillis());
        return indicator + " " + bound + " " + window;
    }
}
