package dev.pgvigil.state.view;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One page of the list of databases.
 *
 * @param total number of databases in all pages
 * @param items the databases of this page
 * @param next value of {@code after} for the next page; null: last page
 */
@Schema(name = "PageRow")
record DatabasesPage(
        int total, List<DatabaseSummary> items, @Nullable String next) {

    /** Default page size. */
    static final int STANDARD = 100;

    /** Maximum page size. */
    static final int LARGEST = 1000;

    DatabasesPage {
        items = List.copyOf(items);
    }

    static DatabasesPage of(PointInTimeView view, Filter filter, int size, @Nullable String after) {
        List<DatabaseSummary> rows = view.targets().stream()
                .map(state -> DatabaseSummary.of(state, view))
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
