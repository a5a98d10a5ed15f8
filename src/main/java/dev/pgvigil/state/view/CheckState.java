package dev.pgvigil.state.view;

import dev.pgvigil.state.Outcome;
import org.jspecify.annotations.Nullable;

/** The state of a check after its latest run. */
public enum CheckState {
    /** Returned an observation. */
    OBSERVED,
    /** Failed. */
    FAILED,
    /** Not run because a requirement is not met. */
    SKIPPED,
    /** Not run yet. */
    PENDING,
    /** Disabled for this target. */
    OFF;

    static CheckState of(@Nullable Outcome<?> outcome, boolean on) {
        return switch (outcome) {
            case Outcome.Observed<?> observed -> OBSERVED;
            case Outcome.Failed<?> failed -> FAILED;
            case Outcome.Skipped<?> skipped -> SKIPPED;
            case null -> on ? PENDING : OFF;
        };
    }
}
