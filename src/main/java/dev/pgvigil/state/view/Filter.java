package dev.pgvigil.state.view;

import dev.pgvigil.check.Status;
import dev.pgvigil.http.Query;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The requested targets.
 *
 * @param statuses any of these; empty: all
 * @param regions any of these; empty: all
 * @param tags all of these; a null value matches any value
 */
record Filter(Set<Status> statuses, Set<String> regions, List<Tag> tags) {

    record Tag(String key, @Nullable String value) {

        /** {@code team:payments}, or {@code team} for any value. */
        static Tag of(String text) {
            int colon = text.indexOf(':');
            return colon < 0 ? new Tag(text, null) : new Tag(text.substring(0, colon), text.substring(colon + 1));
        }

        boolean matches(Map<String, String> tags) {
            return value == null ? tags.containsKey(key) : value.equals(tags.get(key));
        }
    }

    static Filter of(List<String> statuses, List<String> regions, List<String> tags) {
        return new Filter(
                Set.copyOf(Query.choices("status", statuses, Status.class)),
                Set.copyOf(regions),
                tags.stream().map(Tag::of).toList());
    }

    boolean matches(DatabaseSummary row) {
        return (statuses.isEmpty() || statuses.contains(row.status()))
                && (regions.isEmpty() || regions.contains(row.region()))
                && tags.stream().allMatch(tag -> tag.matches(row.tags()));
    }
}
