package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The migrations that a deploy pipeline expects, by target, in place of the configured ones. Kept in memory: they are gone when
 * pgvigil is restarted. Safe for any thread.
 */
@Singleton
public final class PostedVersions {

    /** Posted for one target. */
    record Posted(List<String> entries, Instant at) {

        Posted {
            entries = List.copyOf(entries);
        }
    }

    private final Map<String, Posted> byTarget = new ConcurrentHashMap<>();

    /**
     * Expects these migrations.
     *
     * @param known names of all targets; what was posted for others is forgotten
     */
    void put(String target, List<String> entries, Instant at, Set<String> known) {
        byTarget.keySet().retainAll(known);
        byTarget.put(target, new Posted(entries, at));
    }

    void remove(String target) {
        byTarget.remove(target);
    }

    /** What was posted for a target; null: nothing. */
    @Nullable
    Posted of(String target) {
        return byTarget.get(target);
    }
}
