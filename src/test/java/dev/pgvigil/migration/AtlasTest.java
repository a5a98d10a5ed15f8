package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Clients;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** As Atlas documents it. */
class AtlasTest {

    private static final String[] HISTORY = {
        "create schema atlas_schema_revisions",
        "create table atlas_schema_revisions.atlas_schema_revisions (version varchar not null primary key, description varchar not null, type bigint not null default 2, applied bigint not null default 0, total bigint not null default 0, executed_at timestamptz not null, execution_time bigint not null, error text, error_stmt text, hash varchar not null, partial_hashes jsonb, operator_version varchar not null)",
        "insert into atlas_schema_revisions.atlas_schema_revisions values ('.atlas_cloud_identifier', 'x', 2, 0, 0, '2026-01-01', 0, null, null, '', null, ''), ('20260101000000', 'a', 2, 3, 3, '2026-01-01 10:00+00', 1, null, null, 'h', null, 'Atlas'), ('20260102000000', 'b', 2, 2, 2, '2026-01-02 10:00+00', 1, '', '', 'h', null, 'Atlas')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("atlas_schema_revisions")
                    .expecting("20260101000000_a.sql", "20260102000000", "20260103000000_c.sql")
                    .history();

            assertThat(history.tool()).isEqualTo("atlas");
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
            clients.idle("deploy").run("select pg_advisory_lock(" + 2686470616L + ")");

            MigrationHistory history = scene.history();

            assertThat(history.state()).isEqualTo(MigrationState.RUNNING);
            assertThat(history.runner()).isNotNull();
            assertThat(history.runner().applicationName()).isEqualTo("deploy");
        }
    }

    @Test
    void reportsMigrationThatStoppedHalfWay() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            scene.run(
                    "insert into atlas_schema_revisions.atlas_schema_revisions values ('20260103000000', 'c', 2, 1, 2, now(), 1,"
                            + " 'relation exists', 'create table c ()', 'h', null, 'Atlas')");

            assertThat(scene.granted("atlas_schema_revisions").history().state())
                    .isEqualTo(MigrationState.FAILED);
            assertThat(scene.finding().observed()).contains("20260103000000", "current version 20260102000000");
        }
    }
}
