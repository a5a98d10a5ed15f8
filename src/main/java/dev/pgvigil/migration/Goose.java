package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** goose: {@code goose_db_version}, one row a run of a migration; version 0 is a seed. */
@Singleton
final class Goose implements MigrationTool {

    private static final String LOCK = "goose_lock";
    private static final long SESSION_LOCK = 4_097_083_626L;

    @Override
    public String name() {
        return "goose";
    }

    @Override
    public Set<String> tables() {
        return Set.of("goose_db_version");
    }

    @Override
    public Set<String> companions() {
        return Set.of(LOCK);
    }

    @Override
    public Set<String> read() {
        return Set.of(LOCK);
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("id", "version_id", "is_applied", "tstamp");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        // Older versions keep the rows of migrations that were rolled back.
        String applied = " from (select distinct on (version_id) version_id, is_applied, id from " + table.qualified()
                + " where version_id > 0 order by version_id, id desc) h where is_applied";
        HistoryQuery query = HistoryQuery.of("select max(version_id)" + applied, "select version_id" + applied)
                .applied("select count(*)" + applied)
                .appliedAt(HistoryQuery.local(
                        "select max(tstamp) from " + table.qualified() + " where is_applied and version_id > 0"));
        String lock = table.companion(LOCK);
        // A lease that is not renewed ends by itself.
        return lock == null
                ? query
                : query.locked(
                        "select true from " + lock + " where locked and lease_expires_at > pg_catalog.now() limit 1",
                        "select locked_by from " + lock + " where locked limit 1",
                        HistoryQuery.zoned("select locked_at from " + lock + " where locked limit 1"));
    }

    /** Where the application asks goose to lock its session. */
    @Override
    public Set<Long> advisoryKeys(HistoryTable table) {
        return Set.of(SESSION_LOCK);
    }

    @Override
    public boolean leases() {
        return true;
    }

    @Override
    public String identify(String version) {
        return Versions.number(version);
    }

    @Override
    public String afterFailure() {
        return "Undo what the migration has done outside a transaction, then run goose up.";
    }
}
