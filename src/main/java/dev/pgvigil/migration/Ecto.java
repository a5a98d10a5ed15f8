package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Ecto: {@code schema_migrations}, locked while it runs. */
@Singleton
final class Ecto implements MigrationTool {

    @Override
    public String name() {
        return "ecto";
    }

    @Override
    public Set<String> tables() {
        return Set.of("schema_migrations");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.hasOnly("version", "inserted_at");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return HistoryQuery.of(
                        "select max(version) from " + table.qualified(), "select version from " + table.qualified())
                .applied("select count(*) from " + table.qualified())
                .appliedAt(HistoryQuery.local("select max(inserted_at) from " + table.qualified()));
    }

    @Override
    public Set<String> lockModes() {
        return Set.of("ShareUpdateExclusiveLock");
    }

    @Override
    public String identify(String version) {
        return Versions.number(version);
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run mix ecto.migrate.";
    }
}
