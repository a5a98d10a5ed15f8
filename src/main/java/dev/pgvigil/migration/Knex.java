package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Knex: {@code knex_migrations}, and a lock row that outlives its holder. */
@Singleton
final class Knex implements MigrationTool {

    private static final String LOCK = "knex_migrations_lock";

    @Override
    public String name() {
        return "knex";
    }

    @Override
    public Set<String> tables() {
        return Set.of("knex_migrations");
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
        return table.has("id", "name", "batch", "migration_time");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        HistoryQuery query = HistoryQuery.of(
                        "select name from " + table.qualified() + " order by id desc limit 1",
                        "select name from " + table.qualified())
                .applied("select count(*) from " + table.qualified())
                .appliedAt(HistoryQuery.zoned("select max(migration_time) from " + table.qualified()));
        String lock = table.companion(LOCK);
        return lock == null ? query : query.locked("select true from " + lock + " where is_locked = 1 limit 1");
    }

    /** The file's name without its extension, which changes when TypeScript is compiled. */
    @Override
    public String identify(String version) {
        return Versions.file(version).replaceFirst("\\.[cm]?[jt]s$", "");
    }

    @Override
    public String unlock(HistoryTable table) {
        String lock = table.companion(LOCK);
        return lock == null ? "" : "update " + lock + " set is_locked = 0";
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run knex migrate:latest.";
    }
}
