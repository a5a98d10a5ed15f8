package dev.pgvigil.check;

import org.jspecify.annotations.Nullable;

/**
 * An observation of the schema migrations of a database. It belongs to the contract, because the health check of every target
 * shows it.
 */
public interface MigrationProgress {

    /** Name of the check. */
    String CHECK = "migrations";

    /** Whether a migration tool keeps a history in the database, or migrations are expected there. */
    boolean hasHistory();

    /** The version of the schema, with the tool's name where several tools keep a history; null: unknown, or none applied. */
    @Nullable
    String currentVersion();

    /** Number of expected migrations that are not applied; null: unknown. */
    @Nullable
    Integer pendingMigrations();

    /** Whether a tool is migrating the schema now. */
    default boolean running() {
        return false;
    }
}
