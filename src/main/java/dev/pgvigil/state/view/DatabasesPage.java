package dev.pgvigil.state.view;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A part of the list of databases.
 *
 * @param total how many there are in all
 * @param items the part, in the list's order
 * @param next what to pass as {@code after} for the part behind this one; null: this is the last
 */
@Schema(name = "PageRow")
record DatabasesPage(
        int total, List<DatabaseSummary> items, @Nullable String next) {

    /** How many items a page holds unless asked. */
    static final int STANDARD = 100;

    /** How many it holds at most. */
    static final int LARGEST = 1000;

    DatabasesPage {
        items = List.copyOf(items);
    }

    static DatabasesPage of(PointInTimeView look, Filter filter, int size, @Nullable String after) {
        List<DatabaseSummary> rows = look.targets().stream()
                .map(state -> DatabaseSummary.of(state, look))
                .filter(filter::matches)
                .toList();
        List<DatabaseSummary> rest = rows.stream()
                .filter(row -> after == null || row.name().compareTo(after) > 0)
                .limit(size + 1L)
                .toList();
        return rest.size() > size
                ? new DatabasesPage(
                        rows.size(), rest.subList(0, size), rest.get(size - 1).name())
                : new DatabasesPage(rows.size(), rest, null);
    }
}
