package dev.pgvigil.dashboard;

import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.CheckView;
import dev.pgvigil.state.view.PointInTimeView;
import org.jspecify.annotations.Nullable;

/**
 * What a check saw, for a panel that shows it.
 *
 * @param value of the latest look that was answered; null: there was none
 * @param seen the latest look, answered or not
 */
record Observation<O>(@Nullable O value, CheckStatusText seen) {

    static <O> Observation<O> of(String check, Class<O> type, TargetState target, PointInTimeView look) {
        Object value = switch (look.outcome(target, check)) {
            case Outcome.Observed<?> observed -> observed.value();
            case Outcome.Failed<?>(var at, var took, var failure, var last) when last != null -> last.value();
            case Outcome.Failed<?> failed -> null;
            case Outcome.Skipped<?> skipped -> null;
            case null -> null;
        };
        return new Observation<>(
                type.isInstance(value) ? type.cast(value) : null,
                CheckStatusText.of(CheckView.of(check, target, look)));
    }
}
