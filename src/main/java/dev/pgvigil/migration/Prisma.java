package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Prisma Migrate: {@code _prisma_migrations}, one row an attempt. */
@Singleton
final class Prisma implements MigrationTool {

    private static final long LOCK = 72_707_369;

    @Override
    public String name() {
        return "prisma";
    }

    @Override
    public Set<String> tables() {
        return Set.of("_prisma_migrations");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("migration_name", "started_at", "finished_at", "rolled_back_at");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        String done = " from " + table.qualified() + " where finished_at is not null and rolled_back_at is null";
        return HistoryQuery.of(
                        "select migration_name" + done + " order by started_at desc, migration_name desc limit 1",
                        "select migration_name" + done)
                .applied("select count(*)" + done)
                .appliedAt(HistoryQuery.zoned("select max(finished_at)" + done))
                .unfinished("select migration_name from " + table.qualified()
                        + " where finished_at is null and rolled_back_at is null order by started_at desc limit 1");
    }

    @Override
    public Set<Long> advisoryKeys(HistoryTable table) {
        return Set.of(LOCK);
    }

    /** The folder of a migration. */
    @Override
    public String identify(String version) {
        return Versions.file(version.replaceFirst("/migration\\.sql$", ""));
    }

    @Override
    public String afterFailure() {
        return "Undo or complete what it has done, record that with prisma migrate resolve --rolled-back or --applied, and "
                + "run prisma migrate deploy.";
    }
}
