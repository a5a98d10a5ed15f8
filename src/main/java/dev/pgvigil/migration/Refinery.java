package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Refinery: {@code refinery_schema_history}. It takes no lock. */
@Singleton
final class Refinery implements MigrationTool {

    @Override
    public String name() {
        return "refinery";
    }

    @Override
    public Set<String> tables() {
        return Set.of("refinery_schema_history");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("version", "name", "applied_on", "checksum");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return HistoryQuery.of(
                        "select max(version) from " + table.qualified(), "select version from " + table.qualified())
                .applied("select count(*) from " + table.qualified());
    }

    /** The number of {@code V1__initial.sql}. */
    @Override
    public String identify(String version) {
        return Versions.number(Versions.file(version).replaceFirst("^[VU]", ""));
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run it again.";
    }
}
