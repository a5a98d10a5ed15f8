package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** dbmate: {@code schema_migrations} with the versions alone. Rails before version 5 looks the same. */
@Singleton
final class Dbmate implements MigrationTool {

    @Override
    public String name() {
        return "dbmate";
    }

    @Override
    public Set<String> tables() {
        return Set.of("schema_migrations");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.hasOnly("version") && !table.companions().containsKey(Rails.METADATA);
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return Rails.byNumber(table);
    }

    @Override
    public String identify(String version) {
        return Versions.number(version);
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run dbmate up.";
    }
}
