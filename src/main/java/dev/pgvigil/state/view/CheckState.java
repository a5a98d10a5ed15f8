package dev.pgvigil.state.view;

import dev.pgvigil.state.Outcome;
import org.jspecify.annotations.Nullable;

/** What a check's latest pass came to. */
public enum CheckState {
    /** Answered. */
    OBSERVED,
    /** Asked, not answered. */
    FAILED,
    /** Not asked: something that it needs is missing. */
    SKIPPED,
    /** Not asked yet. */
    PENDING,
    /** Switched off for this target. */
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
