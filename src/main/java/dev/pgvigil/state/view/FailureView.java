package dev.pgvigil.state.view;

import dev.pgvigil.postgres.Failure;
import dev.pgvigil.state.Outcome;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Why a check failed. */
@Schema(name = "Failure")
public record FailureView(
        Failure.Reason reason,
        String message,

        @Nullable @Schema(description = "SQLSTATE, if the server sent one")
        String sqlState) {

    static @Nullable FailureView of(Outcome<?> outcome) {
        return outcome instanceof Outcome.Failed<?> failed
                ? new FailureView(
                        failed.failure().reason(),
                        failed.failure().message(),
                        failed.failure().sqlState())
                : null;
    }
}
