package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Liquibase: {@code databasechangelog}, one row a change set, and a lock row that outlives its holder. */
@Singleton
final class Liquibase implements MigrationTool {

    private static final String LOCK = "databasechangeloglock";

    @Override
    public String name() {
        return "liquibase";
    }

    @Override
    public Set<String> tables() {
        return Set.of("databasechangelog");
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
        return table.has("id", "author", "filename", "dateexecuted", "orderexecuted", "exectype", "md5sum");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        String history = table.qualified();
        String run = " where exectype not in ('FAILED', 'SKIPPED')";
        HistoryQuery query = HistoryQuery.of(
                        "select id from " + history + run + " order by orderexecuted desc, dateexecuted desc limit 1",
                        "select id from " + history + run)
                .applied("select count(*) from " + history + run)
                .appliedAt(HistoryQuery.local("select max(dateexecuted) from " + history + run))
                .failed("select id from " + history + " where exectype = 'FAILED' order by orderexecuted desc limit 1");
        String lock = table.companion(LOCK);
        return lock == null
                ? query
                : query.locked(
                        "select locked from " + lock + " where id = 1",
                        "select lockedby from " + lock + " where id = 1",
                        HistoryQuery.local("select lockgranted from " + lock + " where id = 1"));
    }

    /** The id, also of {@code file::id::author} as {@code liquibase status --verbose} prints it. */
    @Override
    public String identify(String version) {
        String[] parts = version.split("::", -1);
        return parts.length == 3 ? parts[1] : version;
    }

    @Override
    public String afterFailure() {
        return "Correct the change set and run liquibase update.";
    }

    @Override
    public String unlock(HistoryTable table) {
        String lock = table.companion(LOCK);
        return lock == null
                ? ""
                : "update " + lock + " set locked = false, lockgranted = null, lockedby = null where id = 1";
    }
}
