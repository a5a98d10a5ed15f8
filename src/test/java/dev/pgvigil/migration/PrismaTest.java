package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Clients;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** As Prisma Migrate documents it. */
class PrismaTest {

    private static final String[] HISTORY = {
        "create table _prisma_migrations (id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null, logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)",
        "insert into _prisma_migrations values ('1', 'c', '2026-01-01 10:00+00', '20260101000000_a', null, null, '2026-01-01 09:59+00', 1), ('2', 'c', null, '20260102000000_b', 'failed', '2026-01-02 10:00+00', '2026-01-02 09:59+00', 0), ('3', 'c', '2026-01-02 11:00+00', '20260102000000_b', null, null, '2026-01-02 10:59+00', 1)"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting(
                            "20260101000000_a", "prisma/migrations/20260102000000_b/migration.sql", "20260103000000_c")
                    .history();

            assertThat(history.tool()).isEqualTo("prisma");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("20260102000000_b");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isEqualTo("2026-01-02T11:00:00Z");
            assertThat(history.next()).containsExactly("20260103000000_c");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }

    /** By the lock alone. */
    @Test
    void showsRunningToolWithoutGrant() throws SQLException {
        try (HistoryScene scene = HistoryScene.of(HISTORY);
                Clients clients = scene.clients()) {
            clients.idle("deploy").run("select pg_advisory_lock(" + 72707369 + ")");

            MigrationHistory history = scene.history();

            assertThat(history.state()).isEqualTo(MigrationState.RUNNING);
            assertThat(history.runner()).isNotNull();
            assertThat(history.runner().applicationName()).isEqualTo("deploy");
        }
    }

    /** Started, not finished and not rolled back: failed, unless the tool holds its lock. */
    @Test
    void reportsMigrationWithoutEndUnlessTheToolRuns() throws SQLException {
        try (HistoryScene scene = HistoryScene.of(HISTORY);
                Clients clients = scene.clients()) {
            scene.run(
                    "insert into _prisma_migrations (id, checksum, migration_name) values ('4', 'c', '20260103000000_c')");
            scene.granted();

            assertThat(scene.history().state()).isEqualTo(MigrationState.FAILED);
            assertThat(scene.finding().observed()).contains("20260103000000_c", "20260102000000_b");
            assertThat(scene.finding().action()).contains("prisma migrate resolve");

            clients.idle("deploy").run("select pg_advisory_lock(72707369)");
            assertThat(scene.history().state()).isEqualTo(MigrationState.RUNNING);
            assertThat(scene.findings()).isEmpty();
        }
    }
}
