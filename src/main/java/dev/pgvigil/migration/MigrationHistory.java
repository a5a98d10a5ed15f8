package dev.pgvigil.migration;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The history that one tool keeps in one table.
 *
 * @param table name of the history table, in {@code schema}
 * @param unread why the history could not be read; null: it was read
 * @param unreadable the tables that pgvigil's role may not read
 * @param currentVersion version of the schema as the tool calls it; null: none applied, or not read
 * @param applied number of applied migrations; null: the tool does not keep it, or not read
 * @param estimatedRows rows of the table as the server's statistics estimate them, also where it cannot be read
 * @param lastAppliedAt when the last migration was applied; without a zone where the tool stores none
 * @param changedAt when pgvigil saw the version change; null: not since pgvigil began to observe it
 * @param failed the migration that failed or did not end
 * @param pending number of expected migrations that are not applied; null: unknown
 * @param next the first of the pending ones
 * @param pendingSeconds for how long pgvigil has seen pending ones
 * @param stateSeconds for how long pgvigil has seen the state
 * @param runner the session that holds the tool's lock
 * @param waiting number of sessions that wait for the tool's lock
 * @param lock the tool's lock row, if it is set
 * @param unlock the statement that removes the lock; empty: it ends with its session
 */
public record MigrationHistory(
        String tool,
        String schema,
        String table,
        MigrationState state,
        @Nullable Unread unread,
        List<String> unreadable,
        @Nullable String currentVersion,
        @Nullable Long applied,
        @Nullable Long estimatedRows,
        @Nullable String lastAppliedAt,
        @Nullable Instant changedAt,
        @Nullable String failed,
        @Nullable Integer pending,
        List<String> next,
        @Nullable Double pendingSeconds,
        double stateSeconds,
        @Nullable Runner runner,
        int waiting,
        @Nullable LockRow lock,
        String unlock) {

    /** Why a history could not be read. */
    public enum Unread {
        /** A grant is missing. */
        PRIVILEGE,
        /** A session holds or awaits a lock with which the table cannot be read. */
        LOCKED,
        /** The table is too large for a history of migrations. */
        TOO_LARGE,
        /** The statement failed. */
        FAILED
    }

    /**
     * A session that holds the tool's lock.
     *
     * @param state as in {@code pg_stat_activity}
     * @param stateSeconds how long it has had that state
     * @param waitsForLock whether it waits for a lock of another session
     */
    public record Runner(
            int pid,
            @Nullable String usename,
            @Nullable String applicationName,
            @Nullable String state,
            double stateSeconds,
            boolean waitsForLock) {

        boolean idleFor(double seconds) {
            return "idle".equals(state) && stateSeconds >= seconds;
        }
    }

    /**
     * A lock that the tool keeps in a table, so that it outlives the tool.
     *
     * @param lockedBy host or process; null: the tool does not record it
     * @param lockedAt without a zone: the tool's own clock
     * @param seconds for how long pgvigil has seen it
     * @param earlierSessions number of client sessions of the database that are older than that
     * @param working number of those that change a table's definition or have a transaction older than a minute
     */
    public record LockRow(
            @Nullable String lockedBy, @Nullable String lockedAt, double seconds, long earlierSessions, long working) {

        /** Whether no session can be its holder, or none has behaved like one for this time. */
        boolean abandoned(double after) {
            return earlierSessions == 0 || (working == 0 && seconds >= after);
        }
    }

    public MigrationHistory {
        unreadable = List.copyOf(unreadable);
        next = List.copyOf(next);
    }

    /** {@code public.flyway_schema_history}. */
    String place() {
        return schema + "." + table;
    }
}
