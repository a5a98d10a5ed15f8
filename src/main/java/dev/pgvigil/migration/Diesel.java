package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Diesel: {@code __diesel_schema_migrations}. It takes no lock. */
@Singleton
final class Diesel implements MigrationTool {

    @Override
    public String name() {
        return "diesel";
    }

    @Override
    public Set<String> tables() {
        return Set.of("__diesel_schema_migrations");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.hasOnly("version", "run_on");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return HistoryQuery.of(
                        "select max(version) from " + table.qualified(), "select version from " + table.qualified())
                .applied("select count(*) from " + table.qualified())
                .appliedAt(HistoryQuery.local("select max(run_on) from " + table.qualified()));
    }

    /** The folder's name up to its first underscore, without dashes. */
    @Override
    public String identify(String version) {
        String folder = Versions.file(version.replaceFirst("/up\\.sql$", ""));
        return folder.replaceFirst("_.*", "").replace("-", "");
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run diesel migration run.";
    }
}
