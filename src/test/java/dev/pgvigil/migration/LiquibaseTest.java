package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import liquibase.Contexts;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.DirectoryResourceAccessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With Liquibase itself. */
class LiquibaseTest {

    @TempDir
    private Path files;

    @Test
    void readsLastChangeSetAndPending() throws Exception {
        try (HistoryScene scene = HistoryScene.of()) {
            changes(
                    "--changeset ann:orders\ncreate table orders (id int);\n--changeset ann:items\ncreate table items (id int);");
            update(scene);

            MigrationHistory history = scene.granted()
                    .expecting("changes.sql::orders::ann", "items", "prices")
                    .history();

            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("items");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.next()).containsExactly("prices");
            assertThat(history.lock()).isNull();
        }
    }

    @Test
    void reportsChangeSetThatFailedAndWasSkippedOver() throws Exception {
        try (HistoryScene scene = HistoryScene.of()) {
            changes(
                    "--changeset ann:orders\ncreate table orders (id int);\n--changeset ann:broken failOnError:false\nselect 1 / 0;");
            update(scene);
            // Liquibase records such a change set as neither run nor failed.
            scene.run(
                    "insert into databasechangelog select 'broken', author, filename, dateexecuted, 9, 'FAILED', md5sum"
                            + " from databasechangelog");

            Finding found = scene.granted().finding();

            assertThat(found.key()).isEqualTo("migrations/failed");
            assertThat(found.observed()).contains("migration broken, current version orders");
        }
    }

    @Test
    void reportsLockThatOutlivesItsProcess() throws Exception {
        try (HistoryScene scene = HistoryScene.of()) {
            changes("--changeset ann:orders\ncreate table orders (id int);");
            update(scene);
            scene.granted();
            changes(
                    "--changeset ann:orders\ncreate table orders (id int);\n--changeset ann:slow\nselect pg_sleep(60);");
            Thread update = Thread.ofVirtual().start(() -> updateUntilKilled(scene));

            await().until(() -> scene.history().state() == MigrationState.RUNNING);
            assertThat(scene.findings()).isEmpty();

            scene.clients().leave();
            update.join();
            Finding found =
                    await().until(() -> scene.findings().stream().findFirst().orElse(null), one -> one != null);
            assertThat(found.key()).isEqualTo("migrations/stuck");
            assertThat(found.status()).isEqualTo(Status.DEGRADED);
            assertThat(found.observed()).contains("locked by ", " at 20", "no session works as its holder");
            assertThat(found.sql()).startsWith("update \"public\".\"databasechangeloglock\" set locked = false");

            scene.run(String.valueOf(found.sql()));
            assertThat(scene.findings()).isEmpty();
            assertThat(scene.history().state()).isEqualTo(MigrationState.OK);
        }
    }

    /** Without the lock it would not be known whether the history is healthy. */
    @Test
    void demandsTheLockTableToo() throws Exception {
        try (HistoryScene scene = HistoryScene.of()) {
            changes("--changeset ann:orders\ncreate table orders (id int);");
            update(scene);
            scene.server.server();
            scene.run("grant select on databasechangelog to pgvigil");

            assertThat(scene.history().state()).isEqualTo(MigrationState.UNKNOWN);
            assertThat(scene.finding().sql())
                    .isEqualTo("grant select on \"public\".\"databasechangeloglock\" to \"pgvigil\";");
        }
    }

    private void changes(String text) throws IOException {
        Files.writeString(files.resolve("changes.sql"), "--liquibase formatted sql\n" + text + "\n");
    }

    private void updateUntilKilled(HistoryScene scene) {
        try {
            update(scene);
        } catch (Exception e) {
            // Its session was ended.
        }
    }

    @SuppressWarnings("try") // close() of the accessor may throw InterruptedException, which the tests pass on
    private void update(HistoryScene scene) throws Exception {
        try (Connection connection = DriverManager.getConnection(scene.url(), "postgres", "");
                var accessor = new DirectoryResourceAccessor(files);
                var liquibase = new liquibase.Liquibase("changes.sql", accessor, new JdbcConnection(connection))) {
            liquibase.update(new Contexts());
        }
    }
}
