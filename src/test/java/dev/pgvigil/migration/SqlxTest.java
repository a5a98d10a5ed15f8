package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Clients;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** As sqlx documents it. */
class SqlxTest {

    private static final String[] HISTORY = {
        "create table _sqlx_migrations (version bigint primary key, description text not null, installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null, execution_time bigint not null)",
        "insert into _sqlx_migrations values (20260101000000, 'a', '2026-01-01 10:00+00', true, '', 5), (20260102000000, 'b', '2026-01-02 10:00+00', true, '', -1)"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("20260101000000_a.sql", "20260102000000_b.up.sql", "20260103000000_c.sql")
                    .history();

            assertThat(history.tool()).isEqualTo("sqlx");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("20260102000000");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isEqualTo("2026-01-02T10:00:00Z");
            assertThat(history.next()).containsExactly("20260103000000");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }

    /** By the lock alone. */
    @Test
    void showsRunningToolWithoutGrant() throws SQLException {
        try (HistoryScene scene = HistoryScene.of(HISTORY);
                Clients clients = scene.clients()) {
            clients.idle("deploy").run("select pg_advisory_lock(" + 0x3d32ad9eL * Versions.crc32(scene.database) + ")");

            MigrationHistory history = scene.history();

            assertThat(history.state()).isEqualTo(MigrationState.RUNNING);
            assertThat(history.runner()).isNotNull();
            assertThat(history.runner().applicationName()).isEqualTo("deploy");
        }
    }

    @Test
    void reportsFailedMigration() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            scene.run("insert into _sqlx_migrations values (20260103000000, 'c', now(), false, '', -1)");

            assertThat(scene.granted().history().state()).isEqualTo(MigrationState.FAILED);
            assertThat(scene.finding().observed()).contains("migration 20260103000000");
        }
    }
}
