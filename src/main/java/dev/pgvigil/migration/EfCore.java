package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Entity Framework Core: {@code __EFMigrationsHistory}, locked while version 9 and newer run. */
@Singleton
final class EfCore implements MigrationTool {

    @Override
    public String name() {
        return "ef-core";
    }

    @Override
    public Set<String> tables() {
        return Set.of("__EFMigrationsHistory", "__efmigrationshistory", "__ef_migrations_history");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("MigrationId", "ProductVersion") || table.has("migration_id", "product_version");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        String id = table.has("MigrationId") ? "\"MigrationId\"" : "migration_id";
        return HistoryQuery.of(
                        "select max(" + id + ") from " + table.qualified(),
                        "select " + id + " from " + table.qualified())
                .applied("select count(*) from " + table.qualified());
    }

    @Override
    public Set<String> lockModes() {
        return Set.of("AccessExclusiveLock");
    }

    @Override
    public String identify(String version) {
        return Versions.stem(version, ".cs");
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run dotnet ef database update.";
    }
}
