package dev.pgvigil.check;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The observation before this one, for deltas.
 *
 * @param value null at the first observation, and after a restart of the server, which resets counters
 * @param at when it was made; null if {@code value} is null
 * @param now when the observation under evaluation was made
 */
public record Previous<O>(@Nullable O value, @Nullable Instant at, Instant now) {

    public static <O> Previous<O> none(Instant now) {
        return new Previous<>(null, null, now);
    }

    /** Time between the two observations; zero if there was none before. */
    public Duration elapsed() {
        return at == null ? Duration.ZERO : Duration.between(at, now);
    }
}
