package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Clients;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** As golang-migrate 4.18.3 writes it. */
class GolangMigrateTest {

    private static final String[] HISTORY = {
        "create table schema_migrations (version bigint not null primary key, dirty boolean not null)",
        "insert into schema_migrations values (3, false)"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("000002_b.up.sql", "3", "000004_d.up.sql", "000010_e.up.sql")
                    .history();

            assertThat(history.tool()).isEqualTo("golang-migrate");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("3");
            assertThat(history.applied()).isNull();
            assertThat(history.lastAppliedAt()).isNull();
            assertThat(history.next()).containsExactly("4", "10");
            assertThat(history.pending()).isEqualTo(2);
            assertThat(scene.findings()).isEmpty();
        }
    }

    @Test
    void reportsDirtyUnlessTheToolRuns() throws SQLException {
        try (HistoryScene scene = HistoryScene.of(HISTORY);
                Clients clients = scene.clients()) {
            scene.run("update schema_migrations set dirty = true");
            scene.granted();

            assertThat(scene.history().state()).isEqualTo(MigrationState.DIRTY);
            assertThat(scene.finding().key()).isEqualTo("migrations/dirty");
            assertThat(scene.finding().action()).contains("migrate force");

            HistoryTable table = HistoryTableSamples.named(scene.database, "schema_migrations");
            long key = new GolangMigrate().advisoryKeys(table).iterator().next();
            clients.idle("deploy").run("select pg_advisory_lock(" + key + ")");
            assertThat(scene.history().state()).isEqualTo(MigrationState.RUNNING);
            assertThat(scene.findings()).isEmpty();
        }
    }

    /** As the tool itself locked a database named gomigrate, reached by a URL. */
    @Test
    void knowsTheKeyOfTheTool() {
        assertThat(new GolangMigrate().advisoryKeys(HistoryTableSamples.named("gomigrate", "schema_migrations")))
                .contains(745_108_167L);
    }
}
