package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Doctrine: {@code doctrine_migration_versions}, by class names. It takes no lock. */
@Singleton
final class Doctrine implements MigrationTool {

    @Override
    public String name() {
        return "doctrine";
    }

    @Override
    public Set<String> tables() {
        return Set.of("doctrine_migration_versions");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("version", "executed_at");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return HistoryQuery.of(
                        "select version from " + table.qualified()
                                + " order by executed_at desc nulls last, version desc limit 1",
                        "select version from " + table.qualified())
                .applied("select count(*) from " + table.qualified())
                .appliedAt(HistoryQuery.local("select max(executed_at) from " + table.qualified()));
    }

    /** The class without its namespace: {@code Version20260101000000}. */
    @Override
    public String identify(String version) {
        String file = Versions.stem(version, ".php");
        return file.substring(file.lastIndexOf('\\') + 1);
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run doctrine:migrations:migrate.";
    }
}
