package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Clients;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** As Sqitch documents it. */
class SqitchTest {

    private static final String[] HISTORY = {
        "create schema sqitch",
        "create table sqitch.changes (change_id text primary key, script_hash text, change text not null, project text not null, note text not null default '', committed_at timestamptz not null default clock_timestamp(), committer_name text not null, committer_email text not null, planned_at timestamptz not null, planner_name text not null, planner_email text not null)",
        "create table sqitch.events (event text not null, change_id text not null, change text not null, project text not null, note text not null default '', committed_at timestamptz not null)",
        "insert into sqitch.changes values ('1', 'h', 'orders', 'shop', '', '2026-01-01 10:00+00', 'a', 'a@b', now(), 'a', 'a@b'), ('2', 'h', 'items', 'shop', '', '2026-01-02 10:00+00', 'a', 'a@b', now(), 'a', 'a@b')",
        "insert into sqitch.events values ('deploy', '1', 'orders', 'shop', '', '2026-01-01 10:00+00'), ('fail', '2', 'items', 'shop', '', '2026-01-01 11:00+00'), ('deploy', '2', 'items', 'shop', '', '2026-01-02 10:00+00')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("sqitch")
                    .expecting("orders", "deploy/items.sql", "prices")
                    .history();

            assertThat(history.tool()).isEqualTo("sqitch");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("items");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isEqualTo("2026-01-02T10:00:00Z");
            assertThat(history.next()).containsExactly("prices");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }

    /** By the lock alone. */
    @Test
    void showsRunningToolWithoutGrant() throws SQLException {
        try (HistoryScene scene = HistoryScene.of(HISTORY);
                Clients clients = scene.clients()) {
            clients.idle("deploy").run("select pg_advisory_lock(" + 75474063 + ")");

            MigrationHistory history = scene.history();

            assertThat(history.state()).isEqualTo(MigrationState.RUNNING);
            assertThat(history.runner()).isNotNull();
            assertThat(history.runner().applicationName()).isEqualTo("deploy");
        }
    }

    @Test
    void reportsFailureUntilTheNextDeployment() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            scene.run("insert into sqitch.events values ('fail', '3', 'prices', 'shop', '', '2026-01-03 10:00+00')");
            assertThat(scene.granted("sqitch").finding().observed()).contains("prices", "current version items");

            scene.run("insert into sqitch.events values ('deploy', '3', 'prices', 'shop', '', '2026-01-03 11:00+00')");
            assertThat(scene.findings()).isEmpty();
        }
    }
}
