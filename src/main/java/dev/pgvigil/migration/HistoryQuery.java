package dev.pgvigil.migration;

/**
 * How a history is read: scalar queries of which one statement is made. A history is small, so each may read all of it.
 *
 * @param version the current version
 * @param versions all applied migrations, one text column; of a tool that keeps only the current one, that
 * @param applied number of applied migrations; {@code null} if the tool does not keep it
 * @param appliedAt when the last one was applied, as {@link #zoned} or {@link #local}
 * @param failed a failed migration
 * @param unfinished a migration that began, and whose end is not recorded
 * @param dirty whether the tool itself calls the history dirty
 * @param locked whether the tool's lock row is set
 * @param lockedBy who set it
 * @param lockedAt when it was set
 */
record HistoryQuery(
        String version,
        String versions,
        String applied,
        String appliedAt,
        String failed,
        String unfinished,
        String dirty,
        String locked,
        String lockedBy,
        String lockedAt) {

    /** The most applied migrations that are read. */
    static final int MOST = 20_000;

    private static final String NULL = "null";

    static HistoryQuery of(String version, String versions) {
        return new HistoryQuery(version, versions, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    }

    HistoryQuery applied(String query) {
        return new HistoryQuery(
                version, versions, query, appliedAt, failed, unfinished, dirty, locked, lockedBy, lockedAt);
    }

    HistoryQuery appliedAt(String query) {
        return new HistoryQuery(
                version, versions, applied, query, failed, unfinished, dirty, locked, lockedBy, lockedAt);
    }

    HistoryQuery failed(String query) {
        return new HistoryQuery(
                version, versions, applied, appliedAt, query, unfinished, dirty, locked, lockedBy, lockedAt);
    }

    HistoryQuery unfinished(String query) {
        return new HistoryQuery(
                version, versions, applied, appliedAt, failed, query, dirty, locked, lockedBy, lockedAt);
    }

    HistoryQuery dirty(String query) {
        return new HistoryQuery(
                version, versions, applied, appliedAt, failed, unfinished, query, locked, lockedBy, lockedAt);
    }

    HistoryQuery locked(String query, String by, String at) {
        return new HistoryQuery(version, versions, applied, appliedAt, failed, unfinished, dirty, query, by, at);
    }

    HistoryQuery locked(String query) {
        return locked(query, NULL, NULL);
    }

    /** A time stored with its zone: {@code 2026-03-01T12:00:00Z}. */
    static String zoned(String time) {
        return "pg_catalog.to_char((" + time + ")::timestamptz at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
    }

    /** A time stored without a zone: {@code 2026-03-01T12:00:00}. */
    static String local(String time) {
        return "pg_catalog.to_char((" + time + ")::timestamp, 'YYYY-MM-DD\"T\"HH24:MI:SS')";
    }

    /** One statement that returns one row. */
    String statement() {
        return "select " + text(version) + " as version, (" + applied + ")::bigint as applied, " + text(appliedAt)
                + " as applied_at, " + text(failed) + " as failed, " + text(unfinished) + " as unfinished, (" + dirty
                + ")::boolean as dirty, (" + locked + ")::boolean as locked, " + text(lockedBy) + " as locked_by, "
                + text(lockedAt) + " as locked_at";
    }

    /** A statement that returns the applied migrations, at most one more than {@link #MOST}. */
    String versionsStatement() {
        return "select v.version::text as version from (" + versions + ") v (version) limit " + (MOST + 1);
    }

    private static String text(String query) {
        return "pg_catalog.left((" + query + ")::text, 300)";
    }
}
