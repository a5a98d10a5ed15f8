package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Clients;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** As Ecto documents it. */
class EctoTest {

    private static final String[] HISTORY = {
        "create table schema_migrations (version bigint not null primary key, inserted_at timestamp(0))",
        "insert into schema_migrations values (20260101000000, '2026-01-01 10:00'), (20260102000000, '2026-01-02 10:00')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("20260101000000", "20260102000000_b.exs", "20260103000000_c.exs")
                    .history();

            assertThat(history.tool()).isEqualTo("ecto");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("20260102000000");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isEqualTo("2026-01-02T10:00:00");
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
            clients.inTransaction("deploy", "lock table schema_migrations in share update exclusive mode");

            MigrationHistory history = scene.history();

            assertThat(history.state()).isEqualTo(MigrationState.RUNNING);
            assertThat(history.runner()).isNotNull();
            assertThat(scene.collect().state()).isEqualTo(MigrationState.RUNNING);
        }
    }
}
