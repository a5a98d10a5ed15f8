package dev.pgvigil.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The resolutions in which history is kept, finest first. */
public enum Level {
    RAW("history_raw", Duration.ofSeconds(15)),
    MINUTE("history_1m", Duration.ofMinutes(1)),
    FIVE_MINUTES("history_5m", Duration.ofMinutes(5)),
    HOUR("history_1h", Duration.ofHours(1));

    /** Those that are made from a finer one, in the order in which they are made. */
    static final List<Level> MADE = List.of(MINUTE, FIVE_MINUTES, HOUR);

    final String table;
    private final Duration step;

    Level(String table, Duration step) {
        this.table = table;
        this.step = step;
    }

    public Duration step() {
        return step;
    }

    /** The start of the bucket that holds a time. */
    Instant bucket(Instant at) {
        return Instant.ofEpochSecond(Math.floorDiv(at.getEpochSecond(), step.toSeconds()) * step.toSeconds());
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
