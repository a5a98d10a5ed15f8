package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Clients;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** As Entity Framework Core documents it. */
class EfCoreTest {

    private static final String[] HISTORY = {
        "create table \"__EFMigrationsHistory\" (\"MigrationId\" varchar(150) not null primary key, \"ProductVersion\" varchar(32) not null)",
        "insert into \"__EFMigrationsHistory\" values ('20260101000000_A', '9.0.1'), ('20260102000000_B', '9.0.1')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("20260101000000_A", "Migrations/20260102000000_B.cs", "20260103000000_C")
                    .history();

            assertThat(history.tool()).isEqualTo("ef-core");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("20260102000000_B");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isNull();
            assertThat(history.next()).containsExactly("20260103000000_C");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }

    /** By the lock alone. */
    @Test
    void showsRunningToolWithoutGrant() throws SQLException {
        try (HistoryScene scene = HistoryScene.of(HISTORY);
                Clients clients = scene.clients()) {
            clients.inTransaction("deploy", "lock table \"__EFMigrationsHistory\" in access exclusive mode");

            MigrationHistory history = scene.history();

            assertThat(history.state()).isEqualTo(MigrationState.RUNNING);
            assertThat(history.runner()).isNotNull();
            assertThat(scene.collect().state()).isEqualTo(MigrationState.RUNNING);
        }
    }
}
