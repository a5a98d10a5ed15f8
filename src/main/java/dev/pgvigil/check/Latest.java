package dev.pgvigil.check;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The latest observations of the checks of one server and of its monitored databases. Failed checks are left out. */
public interface Latest {

    /** No observations. */
    Latest NONE = new Latest() {
        @Override
        public <T> List<Seen<T>> of(Class<T> type) {
            return List.of();
        }
    };

    /**
     * One observation.
     *
     * @param database null: of the whole server
     */
    record Seen<T>(@Nullable String database, Instant at, T value) {}

    /** Those of this type, in the order of the names of their checks. */
    <T> List<Seen<T>> of(Class<T> type);
}
