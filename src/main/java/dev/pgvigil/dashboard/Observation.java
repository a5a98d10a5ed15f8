package dev.pgvigil.dashboard;

import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.CheckView;
import dev.pgvigil.state.view.PointInTimeView;
import org.jspecify.annotations.Nullable;

/**
 * The observation of a check for its panel.
 *
 * @param value the latest observation; null: none yet
 * @param seen the latest result, successful or failed
 */
record Observation<O>(@Nullable O value, CheckStatusText seen) {

    static <O> Observation<O> of(String check, Class<O> type, TargetState target, PointInTimeView fleetView) {
        Object value = switch (fleetView.outcome(target, check)) {
            case Outcome.Observed<?> observed -> observed.value();
            case Outcome.Failed<?>(var at, var took, var failure, var last) when last != null -> last.value();
            case Outcome.Failed<?> failed -> null;
            case Outcome.Skipped<?> skipped -> null;
            case null -> null;
        };
        return new Observation<>(
                type.isInstance(value) ? type.cast(value) : null,
                CheckStatusText.of(CheckView.of(check, target, fleetView)));
    }
}
