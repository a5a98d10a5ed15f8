package dev.pgvigil.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.state.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An outcome of a check as it is published: its kind, and the observation as a tree. */
record PublishedOutcome(
        Kind kind,
        Instant at,
        long tookNanos,
        @Nullable Failure failure,
        @Nullable String reason,
        @Nullable Instant lastAt,
        long lastTookNanos,
        @Nullable JsonNode observation) {

    enum Kind {
        OBSERVED,
        FAILED,
        SKIPPED
    }

    /** The outcome with its observation, or the last one before a failure. */
    static PublishedOutcome of(Outcome<?> outcome, String check, SnapshotCodec codec) throws IOException {
        return switch (outcome) {
            case Outcome.Observed<?> observed ->
                new PublishedOutcome(
                        Kind.OBSERVED,
                        observed.at(),
                        observed.took().toNanos(),
                        null,
                        null,
                        null,
                        0,
                        codec.observation(observed.value(), check));
            case Outcome.Failed<?> failed -> {
                Outcome.Observed<?> last = failed.last();
                yield new PublishedOutcome(
                        Kind.FAILED,
                        failed.at(),
                        failed.took().toNanos(),
                        failed.failure(),
                        null,
                        last == null ? null : last.at(),
                        last == null ? 0 : last.took().toNanos(),
                        last == null ? null : codec.observation(last.value(), check));
            }
            case Outcome.Skipped<?> skipped ->
                new PublishedOutcome(Kind.SKIPPED, skipped.at(), 0, null, skipped.reason(), null, 0, null);
        };
    }

    /** The outcome, with its times moved to the clock of this process. */
    Outcome<?> outcome(String check, Duration shift, SnapshotCodec codec) throws IOException {
        Object value = observation == null ? null : codec.observation(observation, check);
        Instant shifted = at.plus(shift);
        return switch (kind) {
            case OBSERVED -> new Outcome.Observed<>(shifted, Duration.ofNanos(tookNanos), required(value));
            case FAILED ->
                new Outcome.Failed<>(
                        shifted,
                        Duration.ofNanos(tookNanos),
                        required(failure),
                        value == null || lastAt == null
                                ? null
                                : new Outcome.Observed<>(lastAt.plus(shift), Duration.ofNanos(lastTookNanos), value));
            case SKIPPED -> new Outcome.Skipped<>(shifted, required(reason));
        };
    }

    private static <T> T required(@Nullable T value) throws IOException {
        if (value == null) {
            throw new IOException("incomplete");
        }
        return value;
    }
}
