package dev.pgvigil.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the history of a target.
 *
 * @param step distance of points; null: chosen so that there are at most {@link #POINTS}
 */
public record HistoryRequest(
        Instant from, Instant to, @Nullable Duration step, List<Series> series) {

    /** The most points of a series. */
    public static final int POINTS = 1_500;

    public HistoryRequest {
        series = List.copyOf(series);
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("from must be before to");
        }
    }

    /** The distance of points: what was asked for, or more if there would be too many. */
    Duration step(Level level) {
        long seconds = Duration.between(from, to).toSeconds();
        long least = Math.max(level.step().toSeconds(), (seconds + POINTS - 1) / POINTS);
        long wanted = Math.max(least, step == null ? 0 : step.toSeconds());
        long unit = level.step().toSeconds();
        return Duration.ofSeconds((wanted + unit - 1) / unit * unit);
    }
}
