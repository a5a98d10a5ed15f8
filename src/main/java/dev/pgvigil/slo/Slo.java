package dev.pgvigil.slo;

import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A service level objective: each target that it selects has a budget of its own.
 *
 * @param threshold null: the indicator has none
 * @param ratio the share of the time that must be good
 * @param targets names or patterns, one of which must match; empty: any
 * @param tags all of which a target must have
 */
record Slo(
        String name,
        Indicator indicator,
        @Nullable Duration threshold,
        double ratio,
        BudgetWindow window,
        List<Glob> targets,
        Map<String, String> tags) {

    Slo {
        targets = List.copyOf(targets);
        tags = Map.copyOf(tags);
    }

    boolean selects(Target target) {
        return (targets.isEmpty() || targets.stream().anyMatch(glob -> glob.matches(target.name())))
                && target.tags().entrySet().containsAll(tags.entrySet());
    }

    /** The share of the time that may be bad. Rounded, because 1 − 0.999 is not quite 0.001. */
    double budget() {
        return Math.round((1 - ratio) * 1e9) / 1e9;
    }

    /** What its counts mean: with another one they cannot be continued. */
    String measured() {
        return indicator + " " + (threshold == null ? "" : threshold.toMillis()) + " " + window;
    }
}
