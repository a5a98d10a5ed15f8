package dev.pgvigil.state;

import dev.pgvigil.postgres.Failure;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The outcome of the latest run of a check. */
public sealed interface Outcome<O> {

    /** When the run ended. */
    Instant at();

    /**
     * The check returned an observation.
     *
     * @param took duration as measured by pgvigil
     */
    record Observed<O>(Instant at, Duration took, O value) implements Outcome<O> {}

    /**
     * The check failed.
     *
     * @param last latest observation before the failure; null: none
     */
    record Failed<O>(
            Instant at,
            Duration took,
            Failure failure,
            @Nullable Observed<O> last) implements Outcome<O> {}

    /** The check was not run because a requirement is not met. */
    record Skipped<O>(Instant at, String reason) implements Outcome<O> {}
}
