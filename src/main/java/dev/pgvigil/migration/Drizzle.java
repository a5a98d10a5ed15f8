package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Drizzle: {@code drizzle.__drizzle_migrations}, by the time stamp of the journal. It takes no lock. */
@Singleton
final class Drizzle implements MigrationTool {

    @Override
    public String name() {
        return "drizzle";
    }

    @Override
    public Set<String> tables() {
        return Set.of("__drizzle_migrations");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("id", "hash", "created_at");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return HistoryQuery.of(
                        "select max(created_at) from " + table.qualified(),
                        "select created_at from " + table.qualified())
                .applied("select count(*) from " + table.qualified());
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run drizzle-kit migrate.";
    }
}
