package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** node-pg-migrate: {@code pgmigrations}. */
@Singleton
final class NodePgMigrate implements MigrationTool {

    @Override
    public String name() {
        return "node-pg-migrate";
    }

    @Override
    public Set<String> tables() {
        return Set.of("pgmigrations");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.hasOnly("id", "name", "run_on");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return HistoryQuery.of(
                        "select name from " + table.qualified() + " order by id desc limit 1",
                        "select name from " + table.qualified())
                .applied("select count(*) from " + table.qualified())
                .appliedAt(HistoryQuery.local("select max(run_on) from " + table.qualified()));
    }

    @Override
    public String identify(String version) {
        return Versions.file(version).replaceFirst("\\.([cm]?[jt]s|sql)$", "");
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run node-pg-migrate up.";
    }
}
