package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Clients;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** As Rails documents it. */
class RailsTest {

    private static final String[] HISTORY = {
        "create table schema_migrations (version varchar not null primary key)",
        "insert into schema_migrations values ('20260102000000'), ('20260101000000'), ('99')",
        "create table ar_internal_metadata (key varchar not null primary key, value varchar, created_at timestamp(6) not null, updated_at timestamp(6) not null)"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("20260101000000", "db/migrate/20260102000000_orders.rb", "20260103000000_items.rb")
                    .history();

            assertThat(history.tool()).isEqualTo("rails");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("20260102000000");
            assertThat(history.applied()).isEqualTo(3);
            assertThat(history.lastAppliedAt()).isNull();
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
            clients.idle("deploy").run("select pg_advisory_lock(" + 2053462845L * Versions.crc32(scene.database) + ")");

            MigrationHistory history = scene.history();

            assertThat(history.state()).isEqualTo(MigrationState.RUNNING);
            assertThat(history.runner()).isNotNull();
            assertThat(history.runner().applicationName()).isEqualTo("deploy");
        }
    }
}
