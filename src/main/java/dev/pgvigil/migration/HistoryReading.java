package dev.pgvigil.migration;

import dev.pgvigil.migration.MigrationHistory.Unread;
import io.vertx.sqlclient.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one table was found to hold.
 *
 * @param unread why it was not read; null: it was
 * @param versions applied migrations; null: not asked for, not read, or too many
 */
record HistoryReading(
        MigrationTool tool,
        HistoryTable table,
        @Nullable Unread unread,
        @Nullable Content content,
        @Nullable List<String> versions) {

    /** The row of {@link HistoryQuery#statement}. */
    record Content(
            @Nullable String version,
            @Nullable Long applied,
            @Nullable String appliedAt,
            @Nullable String failed,
            @Nullable String unfinished,
            boolean dirty,
            boolean locked,
            @Nullable String lockedBy,
            @Nullable String lockedAt) {

        static Content of(Row row) {
            return new Content(
                    row.getString("version"),
                    row.getLong("applied"),
                    row.getString("applied_at"),
                    row.getString("failed"),
                    row.getString("unfinished"),
                    Boolean.TRUE.equals(row.getBoolean("dirty")),
                    Boolean.TRUE.equals(row.getBoolean("locked")),
                    row.getString("locked_by"),
                    row.getString("locked_at"));
        }

        boolean interrupted() {
            return dirty || unfinished != null;
        }
    }

    static HistoryReading unread(MigrationTool tool, HistoryTable table, Unread reason) {
        return new HistoryReading(tool, table, reason, null, null);
    }

    HistoryReading versions(List<String> applied) {
        return new HistoryReading(
                tool, table, unread, content, applied.size() > HistoryQuery.MOST ? null : List.copyOf(applied));
    }

    /** Whether a migration may have failed, or only be running. */
    boolean interrupted() {
        return content != null && content.interrupted();
    }
}
