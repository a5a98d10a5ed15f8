package dev.pgvigil.state.view;

import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The latest run of one check. */
@Schema(name = "CheckPass")
public record CheckView(
        String check,
        CheckState state,

        @Nullable @Schema(description = "time when the execution ended")
        Instant at,

        @Nullable Long ageMs,

        @Nullable @Schema(description = "duration of the execution in milliseconds")
        Double tookMs,

        @Nullable FailureView failure,

        @Nullable @Schema(description = "reason why the check was skipped")
        String reason) {

    public static CheckView of(String check, TargetState target, PointInTimeView view) {
        Outcome<?> outcome = view.outcome(target, check);
        CheckState state = CheckState.of(outcome, target.target().runs(check));
        return outcome == null
                ? new CheckView(check, state, null, null, null, null, null)
                : new CheckView(
                        check,
                        state,
                        outcome.at(),
                        Duration.between(outcome.at(), view.now()).toMillis(),
                        tookMs(outcome),
                        FailureView.of(outcome),
                        outcome instanceof Outcome.Skipped<?> skipped ? skipped.reason() : null);
    }

    private static @Nullable Double tookMs(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Observed<?> observed -> PointInTimeView.milliseconds(observed.took());
            case Outcome.Failed<?> failed -> PointInTimeView.milliseconds(failed.took());
            case Outcome.Skipped<?> skipped -> null;
        };
    }
}
