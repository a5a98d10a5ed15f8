package dev.pgvigil.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A part of the history of a target.
 *
 * @param level the resolution that it was read from
 * @param step distance of points
 */
public record HistoryRange(Level level, Duration step, List<Line> lines) {

    /** The points of a series, oldest first, without those of which nothing is known. */
    public record Line(Series series, List<Point> points) {}

    /**
     * A bucket.
     *
     * @param at start of the bucket
     */
    public record Point(Instant at, Aggregate value) {}
}
