package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Atlas: {@code atlas_schema_revisions}, with the statement at which a migration failed. */
@Singleton
final class Atlas implements MigrationTool {

    /** FNV-1 of "atlas_migrate_execute". */
    private static final long LOCK = 2_686_470_616L;

    @Override
    public String name() {
        return "atlas";
    }

    @Override
    public Set<String> tables() {
        return Set.of("atlas_schema_revisions");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("version", "type", "applied", "total", "error", "hash");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        // Ids that begin with a dot are Atlas' own.
        String rows = " from " + table.qualified() + " where version not like '.%'";
        String failed = "(coalesce(error, '') <> '' or applied < total)";
        return HistoryQuery.of(
                        "select max(version)" + rows + " and not " + failed,
                        "select version" + rows + " and not " + failed)
                .applied("select count(*)" + rows + " and not " + failed)
                .appliedAt(HistoryQuery.zoned("select max(executed_at)" + rows))
                .unfinished("select version" + rows + " and " + failed + " order by version desc limit 1");
    }

    @Override
    public Set<Long> advisoryKeys(HistoryTable table) {
        return Set.of(LOCK);
    }

    @Override
    public String identify(String version) {
        return Versions.number(version);
    }

    @Override
    public String afterFailure() {
        return "Correct the failed statement and run atlas migrate apply, which continues after the last applied one.";
    }
}
