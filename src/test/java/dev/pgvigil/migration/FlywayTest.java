package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** With Flyway itself. */
class FlywayTest {

    @TempDir
    private Path files;

    static List<Integer> majors() {
        return PgServer.majors();
    }

    @ParameterizedTest
    @MethodSource("majors")
    void readsVersionInTheOrderOfVersionsNotOfTexts(int major) throws IOException {
        try (HistoryScene scene = HistoryScene.on(major)) {
            migration("V1.9__nine.sql", "create table nine (id int)");
            migration("V1.10__ten.sql", "create table ten (id int)");
            migration("R__view.sql", "create or replace view v as select 1 as one");
            flyway(scene).migrate();

            MigrationHistory history = scene.granted()
                    .expecting("1.9", "V1.10__ten.sql", "V1.11__next.sql")
                    .history();

            assertThat(history.tool()).isEqualTo("flyway");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("1.10");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).matches("20..-..-..T..:..:..");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(history.next()).containsExactly("1.11");
            assertThat(scene.findings()).isEmpty();
        }
    }

    @Test
    void reportsFailedMigrationUntilRepaired() throws IOException {
        try (HistoryScene scene = HistoryScene.of()) {
            migration("V1__table.sql", "create table orders (id int)");
            migration("V2__index.sql", "create index orders_id on orders (id); select 1 / 0");
            migration("V2__index.sql.conf", "executeInTransaction=false");
            assertThatThrownBy(() -> flyway(scene).migrate()).isInstanceOf(FlywayException.class);
            scene.granted();

            Finding found = scene.finding();
            assertThat(found.key()).isEqualTo("migrations/failed");
            assertThat(found.status()).isEqualTo(Status.DEGRADED);
            assertThat(found.observed())
                    .isEqualTo("flyway in public.flyway_schema_history: migration 2, current version 1");
            assertThat(found.action()).contains("flyway repair");

            flyway(scene).repair();
            assertThat(scene.findings()).isEmpty();
            assertThat(scene.history().state()).isEqualTo(MigrationState.OK);
        }
    }

    /** By the lock alone, without a grant. */
    @Test
    void showsRunningMigrationWithoutGrant() throws IOException {
        try (HistoryScene scene = HistoryScene.of()) {
            migration("V1__table.sql", "create table orders (id int)");
            flyway(scene).migrate();
            migration("V2__slow.sql", "select pg_sleep(60)");
            CompletableFuture<Void> run =
                    CompletableFuture.runAsync(() -> flyway(scene).migrate());

            await().until(() -> scene.history().state() == MigrationState.RUNNING);
            MigrationHistory history = scene.history();
            assertThat(history.runner()).isNotNull();
            assertThat(history.runner().usename()).isEqualTo("postgres");
            assertThat(history.unread()).isEqualTo(MigrationHistory.Unread.PRIVILEGE);

            scene.server.sql("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(60)%'"
                    + " and pid <> pg_backend_pid()");
            assertThatThrownBy(run::join).hasCauseInstanceOf(FlywayException.class);
            assertThat(scene.history().state()).isEqualTo(MigrationState.UNKNOWN);
        }
    }

    @Test
    void leavesOutVersionsThatWereUndoneOrDeleted() throws IOException {
        try (HistoryScene scene = HistoryScene.of()) {
            migration("V1__one.sql", "select 1");
            migration("V2__two.sql", "select 2");
            migration("V3__three.sql", "select 3");
            flyway(scene).migrate();
            Files.delete(files.resolve("V2__two.sql"));
            flyway(scene).repair();
            // As the commercial editions record an undo.
            scene.run(
                    "insert into flyway_schema_history select 10, '3', 'three', 'UNDO_SQL', 'U3__three.sql', null, 'app', now(),"
                            + " 1, true");

            MigrationHistory history = scene.granted().expecting("1", "2", "3").history();

            assertThat(history.currentVersion()).isEqualTo("1");
            assertThat(history.next()).containsExactly("2", "3");
        }
    }

    @Test
    void readsConfiguredTable() throws IOException {
        try (HistoryScene scene = HistoryScene.of("create schema audit")) {
            migration("V7__seven.sql", "select 7");
            flyway(scene, "audit", "audit_history").migrate();
            scene.granted("audit");
            assertThat(scene.collect().hasHistory()).isFalse();

            MigrationHistory history =
                    scene.option(Migrations.TABLES, "audit_history").history();

            assertThat(history.place()).isEqualTo("audit.audit_history");
            assertThat(history.currentVersion()).isEqualTo("7");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1.0, 1",
        "1_2, 1.2",
        "V01.02__x.sql, 1.2",
        "db/migration/V20260101__x.sql, 20260101",
        "1.10, 1.10",
        "0, 0"
    })
    void identifiesVersionsByTheirNumbers(String written, String version) {
        assertThat(new Flyway().identify(written)).isEqualTo(version);
    }

    private void migration(String name, String sql) throws IOException {
        Files.writeString(files.resolve(name), sql);
    }

    private org.flywaydb.core.Flyway flyway(HistoryScene scene) {
        return flyway(scene, "public", "flyway_schema_history");
    }

    private org.flywaydb.core.Flyway flyway(HistoryScene scene, String schema, String table) {
        return org.flywaydb.core.Flyway.configure()
                .dataSource(scene.url(), "postgres", "")
                .defaultSchema(schema)
                .table(table)
                .locations("filesystem:" + files)
                // Its lock's transaction would take the row of a failed migration with it.
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
                .load();
    }
}
