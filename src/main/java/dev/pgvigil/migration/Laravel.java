package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Laravel: {@code migrations}, by batches. It takes no lock in the database. */
@Singleton
final class Laravel implements MigrationTool {

    @Override
    public String name() {
        return "laravel";
    }

    @Override
    public Set<String> tables() {
        return Set.of("migrations");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.hasOnly("id", "migration", "batch");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return HistoryQuery.of(
                        "select migration from " + table.qualified() + " order by id desc limit 1",
                        "select migration from " + table.qualified())
                .applied("select count(*) from " + table.qualified());
    }

    @Override
    public String identify(String version) {
        return Versions.stem(version, ".php");
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run php artisan migrate.";
    }
}
