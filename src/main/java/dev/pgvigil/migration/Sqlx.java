package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** sqlx: {@code _sqlx_migrations}, one row an attempt. */
@Singleton
final class Sqlx implements MigrationTool {

    private static final long SALT = 0x3d32_ad9eL;

    @Override
    public String name() {
        return "sqlx";
    }

    @Override
    public Set<String> tables() {
        return Set.of("_sqlx_migrations");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("version", "description", "success", "checksum", "execution_time");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        String rows = " from " + table.qualified();
        return HistoryQuery.of(
                        "select max(version)" + rows + " where success", "select version" + rows + " where success")
                .applied("select count(*)" + rows + " where success")
                .appliedAt(HistoryQuery.zoned("select max(installed_on)" + rows + " where success"))
                .unfinished("select version" + rows + " where not success order by version desc limit 1");
    }

    @Override
    public Set<Long> advisoryKeys(HistoryTable table) {
        return Set.of(SALT * Versions.crc32(table.database()));
    }

    @Override
    public String identify(String version) {
        return Versions.number(version);
    }

    @Override
    public String afterFailure() {
        return "Undo what the migration has done, delete its row, and run sqlx migrate run.";
    }
}
