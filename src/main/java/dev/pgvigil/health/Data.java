package dev.pgvigil.health;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.pgvigil.state.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The data of a health check response. Flat, as MicroProfile Health requires; null values are omitted. */
final class Data {

    private static final int MOST_TEXTS = 10;

    private final Map<String, Object> entries = new LinkedHashMap<>();

    Data text(String key, @Nullable String value) {
        return put(key, value);
    }

    /** The first ten of a list, under the key with their numbers. */
    Data texts(String key, List<String> values) {
        for (int i = 0; i < Math.min(MOST_TEXTS, values.size()); i++) {
            put(key + "." + (i + 1), values.get(i));
        }
        return this;
    }

    Data number(String key, long value) {
        return put(key, value);
    }

    Data time(String key, @Nullable Instant value) {
        return put(
                key,
                value == null
                        ? null
                        : SteadyClock.shown(value)
                                .truncatedTo(ChronoUnit.MILLIS)
                                .toString());
    }

    /** A duration in whole milliseconds; the key ends in {@code _ms}. */
    Data millis(String key, @Nullable Duration value) {
        return put(key, value == null ? null : value.toMillis());
    }

    @JsonValue
    Map<String, Object> entries() {
        return entries;
    }

    private Data put(String key, @Nullable Object value) {
        if (value != null) {
            entries.put(key, value);
        }
        return this;
    }
}
