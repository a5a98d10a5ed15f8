package dev.pgvigil.store;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What is kept of a target. The order is that of the columns. */
public enum Series {
    /** 1: a heartbeat was answered, 0: it failed. */
    UP("ratio"),
    /** Round trip of answered heartbeats. */
    RESPONSE_TIME("milliseconds"),
    /** Connection slots in use on the server. */
    CONNECTIONS("connections"),
    DATABASE_SIZE("bytes");

    private final String unit;

    Series(String unit) {
        this.unit = unit;
    }

    public String unit() {
        return unit;
    }

    /** The name in the API, and the first part of its columns. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Series> of(String key) {
        return Arrays.stream(values())
                .filter(series -> series.key().equals(key))
                .findFirst();
    }
}
