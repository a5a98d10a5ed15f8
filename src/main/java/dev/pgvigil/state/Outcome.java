package dev.pgvigil.state;

import dev.pgvigil.postgres.Failure;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the latest pass of one check came to. */
public sealed interface Outcome<O> {

    /** When the pass ended. */
    Instant at();

    /**
     * The question was answered.
     *
     * @param took from the question to the answer, as pgvigil saw it
     */
    record Observed<O>(Instant at, Duration took, O value) implements Outcome<O> {}

    /**
     * The question was not answered.
     *
     * @param last the latest observation before the failure, null if there was none
     */
    record Failed<O>(
            Instant at,
            Duration took,
            Failure failure,
            @Nullable Observed<O> last) implements Outcome<O> {}

    /** Not asked: something that the check needs is missing. */
    record Skipped<O>(Instant at, String reason) implements Outcome<O> {}
}
