package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Phinx and CakePHP: {@code phinxlog}. It takes no lock. */
@Singleton
final class Phinx implements MigrationTool {

    @Override
    public String name() {
        return "phinx";
    }

    @Override
    public Set<String> tables() {
        return Set.of("phinxlog");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("version", "migration_name", "start_time", "end_time");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return HistoryQuery.of(
                        "select max(version) from " + table.qualified(), "select version from " + table.qualified())
                .applied("select count(*) from " + table.qualified())
                .appliedAt(HistoryQuery.local("select max(end_time) from " + table.qualified()));
    }

    @Override
    public String identify(String version) {
        return Versions.number(version);
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run phinx migrate.";
    }
}
