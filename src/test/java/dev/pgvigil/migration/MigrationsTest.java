package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Catalogues;
import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.migration.MigrationHistory.LockRow;
import dev.pgvigil.migration.MigrationHistory.Runner;
import dev.pgvigil.migration.MigrationHistory.Unread;
import dev.pgvigil.postgres.Grants;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MigrationsTest {

    private static final String DBMATE = "create table schema_migrations (version varchar not null primary key)";
    private static final String KNEX =
            "create table knex_migrations (id serial primary key, name varchar(255), batch integer, migration_time timestamptz)";
    private static final String PRISMA =
            "create table _prisma_migrations (id text, migration_name text, started_at timestamptz default now(),"
                    + " finished_at timestamptz, rolled_back_at timestamptz)";

    static List<Integer> majors() {
        return PgServer.majors();
    }

    @ParameterizedTest
    @MethodSource("majors")
    void findsNothingInDatabaseWithoutHistory(int major) {
        // Tables of an application that have the name of a history.
        try (HistoryScene scene = HistoryScene.on(
                major,
                "create table migrations (id int, bird text, since date)",
                "create table changes (id int)",
                "create view schema_migrations as select 1 as version")) {
            Histories seen = scene.collect();

            assertThat(seen.state()).isEqualTo(MigrationState.NONE);
            assertThat(seen.hasHistory()).isFalse();
            assertThat(scene.findings()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void tellsTheGrantThatIsMissing(int major) {
        try (HistoryScene scene =
                HistoryScene.on(major, DBMATE, "create schema \"Shop\"", KNEX.replace("knex_m", "\"Shop\".knex_m"))) {
            Histories seen = scene.collect();
            assertThat(seen.state()).isEqualTo(MigrationState.UNKNOWN);
            assertThat(seen.currentVersion()).isNull();
            assertThat(seen.histories()).allMatch(history -> history.unread() == Unread.PRIVILEGE);

            Finding found = scene.finding();
            assertThat(found.key()).isEqualTo("migrations/unreadable");
            assertThat(found.status()).isEqualTo(Status.HEALTHY);
            assertThat(found.severity()).isEqualTo(Severity.LOW);
            assertThat(found.sql()).isEqualTo("""
                            grant usage on schema "Shop" to "pgvigil";
                            grant select on "Shop"."knex_migrations" to "pgvigil";
                            grant select on "public"."schema_migrations" to "pgvigil";""");

            scene.run(String.valueOf(found.sql()));
            assertThat(scene.findings()).isEmpty();
            assertThat(scene.collect().state()).isEqualTo(MigrationState.NONE);
        }
    }

    @Test
    void readsHistoryOfEveryToolWithGrantsOfLevelOne() {
        String script = Grants.Level.L1.script();

        for (MigrationTool tool : Catalogues.all(MigrationTool.class)) {
            assertThat(tool.tables()).allSatisfy(table -> assertThat(script).contains("('" + table + "', '"));
            assertThat(tool.read()).allSatisfy(table -> assertThat(script).contains("('" + table + "', '"));
        }
        try (HistoryScene scene =
                HistoryScene.of(DBMATE, "create schema \"Shop\"", KNEX.replace("knex_m", "\"Shop\".knex_m"), PRISMA)) {
            scene.run(script);

            assertThat(scene.collect().histories()).hasSize(3).allMatch(history -> history.unread() == null);
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void readsSeveralToolsAndSchemas(int major) {
        try (HistoryScene scene = HistoryScene.on(
                major,
                DBMATE,
                "insert into schema_migrations values ('7')",
                "create schema tenant",
                DBMATE.replace("schema_m", "tenant.schema_m"),
                "insert into tenant.schema_migrations values ('6')",
                KNEX)) {
            Histories seen = scene.granted()
                    .granted("tenant")
                    .expecting("dbmate:6", "dbmate:7", "knex:a.js")
                    .collect();

            assertThat(seen.histories())
                    .extracting(MigrationHistory::place, MigrationHistory::state, MigrationHistory::pending)
                    .containsExactly(
                            tuple("public.knex_migrations", MigrationState.NONE, 1),
                            tuple("public.schema_migrations", MigrationState.OK, 1),
                            tuple("tenant.schema_migrations", MigrationState.OK, 1));
            assertThat(seen.currentVersion()).isEqualTo("dbmate 7, dbmate 6");
            assertThat(seen.pendingMigrations()).isEqualTo(3);
            assertThat(seen.unassignedExpected()).isZero();
        }
    }

    @Test
    void readsNoTableThatDdlHasLocked() throws SQLException {
        try (HistoryScene scene = HistoryScene.of(DBMATE);
                Clients clients = scene.clients()) {
            scene.granted();
            clients.inTransaction("ddl", "lock table schema_migrations in access exclusive mode");

            MigrationHistory history = scene.history();

            assertThat(history.state()).isEqualTo(MigrationState.UNKNOWN);
            assertThat(history.unread()).isEqualTo(Unread.LOCKED);
            assertThat(scene.findings()).isEmpty();
        }
    }

    @Test
    void readsNoTableThatIsTooLargeForAHistory() {
        try (HistoryScene scene = HistoryScene.of(
                DBMATE, "insert into schema_migrations select n from generate_series(1, 100001) n", "analyze")) {
            assertThat(scene.granted().history().unread()).isEqualTo(Unread.TOO_LARGE);
        }
    }

    /** Read as far as its columns go. */
    @Test
    void saysUnknownWhenTheTableCannotBeQueried() {
        try (HistoryScene scene = HistoryScene.of(
                "create table flyway_schema_history (installed_rank int, version text, type text, script text,"
                        + " installed_on text, success text)",
                "insert into flyway_schema_history values (1, '1', 'SQL', 'x', 'never', 'maybe')")) {
            assertThat(scene.granted().history().unread()).isEqualTo(Unread.FAILED);
            assertThat(scene.collect().state()).isEqualTo(MigrationState.UNKNOWN);
        }
    }

    @Test
    void readsABoundedNumberOfHistories() {
        List<String> schemas = new ArrayList<>();
        for (int i = 10; i < 40; i++) {
            schemas.add("create schema t" + i);
            schemas.add(DBMATE.replace("schema_m", "t" + i + ".schema_m"));
        }
        try (HistoryScene scene = HistoryScene.of(schemas.toArray(String[]::new))) {
            Histories seen = scene.collect();

            assertThat(seen.histories()).hasSize(Migrations.MOST);
            assertThat(seen.unlisted()).isEqualTo(5);
        }
    }

    /** A pooler that gave away the session of a finished tool. */
    @Test
    void reportsAdvisoryLockOfIdleSession() throws SQLException {
        try (HistoryScene scene = HistoryScene.of(PRISMA).threshold("stuck-degraded", 0);
                Clients clients = scene.clients()) {
            Clients.Client holder = clients.idle("pooler");
            assertThat(scene.granted().findings()).isEmpty();

            holder.run("select pg_advisory_lock(72707369)");
            clients.idle("deploy").begin("select pg_advisory_lock(72707369)");
            await().until(() -> scene.history().waiting() == 1);

            Finding found = scene.finding();
            assertThat(found.key()).isEqualTo("migrations/stuck");
            assertThat(found.observed()).contains("pid " + holder.pid(), "application pooler", "1 session waiting");
            assertThat(found.sql()).isEqualTo("select pg_terminate_backend(" + holder.pid() + ")");
        }
    }

    /** The same key in another database, or without a history, is an application's own lock. */
    @Test
    void ignoresLocksOfOtherDatabases() throws SQLException {
        try (HistoryScene scene = HistoryScene.of(PRISMA);
                Clients other = new Clients(scene.server, scene.server.newDatabase("other"))) {
            other.idle("app").run("select pg_advisory_lock(72707369)");

            assertThat(scene.granted().history().state()).isEqualTo(MigrationState.NONE);
        }
    }

    @Test
    void reportsPendingMigrationsUntilApplied() {
        try (HistoryScene scene = HistoryScene.of(DBMATE, "insert into schema_migrations values ('1')")) {
            scene.granted().expecting("1", "2_b.sql").threshold("pending-degraded", 0);

            Finding found = scene.finding();
            assertThat(found.key()).isEqualTo("migrations/pending");
            assertThat(found.observed()).contains("1 migration pending, first 2");
            assertThat(scene.collect().pendingMigrations()).isEqualTo(1);

            scene.run("insert into schema_migrations values ('2')");
            assertThat(scene.findings()).isEmpty();
            assertThat(scene.collect().pendingMigrations()).isZero();
            assertThat(scene.history().changedAt()).isNotNull();
        }
    }

    @Test
    void saysWhenExpectedVersionsBelongToNoHistory() {
        try (HistoryScene scene = HistoryScene.of(DBMATE, KNEX)) {
            Finding two = scene.granted().expecting("1").finding();
            assertThat(two.key()).isEqualTo("migrations/unassigned");
            assertThat(two.action()).contains("knex:7");
        }
    }

    @Test
    void reportsExpectedMigrationsOfDatabaseWithoutHistory() {
        try (HistoryScene scene = HistoryScene.of()) {
            scene.expecting("1", "2");
            assertThat(scene.findings()).isEmpty();
            assertThat(scene.collect().pendingMigrations()).isEqualTo(2);

            Finding found = scene.threshold("pending-degraded", 0).finding();
            assertThat(found.key()).isEqualTo("migrations/pending");
            assertThat(found.action()).contains("checks.migrations.tables");
        }
    }

    @Test
    void exportsMetricsOfEachHistory() {
        try (HistoryScene scene = HistoryScene.of(DBMATE, "insert into schema_migrations values ('1')")) {
            var figures = RecordedMetrics.of(
                    HistoryScene.CHECK, scene.granted().expecting("1", "2").collect());
            String[] labels = {"tool", "dbmate", "schema", "public", "table", "schema_migrations"};

            assertThat(RecordedMetrics.value(figures, "pgvigil_migrations_applied", labels))
                    .isEqualTo(1);
            assertThat(RecordedMetrics.value(figures, "pgvigil_migrations_pending", labels))
                    .isEqualTo(1);
            assertThat(RecordedMetrics.value(figures, "pgvigil_migrations_failed", labels))
                    .isZero();
            assertThat(RecordedMetrics.value(figures, "pgvigil_migrations_stuck", labels))
                    .isZero();
            assertThat(RecordedMetrics.value(figures, "pgvigil_migrations_running", labels))
                    .isZero();
            assertThat(RecordedMetrics.value(figures, "pgvigil_migrations_unknown", labels))
                    .isZero();
        }
    }

    @Nested
    class Evaluates {

        @ParameterizedTest
        @CsvSource({
            "NONE, 0, ",
            "OK, 0, ",
            "UNKNOWN, 99999, ",
            "FAILED, 0, failed",
            "DIRTY, 0, dirty",
            "STUCK, 0, stuck",
            "RUNNING, 3599, ",
            "RUNNING, 3600, running",
        })
        void findsStates(MigrationState state, double seconds, @Nullable String key) {
            List<Finding> findings = evaluate(history(state, seconds, null));

            assertThat(findings)
                    .extracting(Finding::key)
                    .isEqualTo(key == null ? List.of() : List.of("migrations/" + key));
            assertThat(findings).allMatch(found -> found.status() == Status.DEGRADED);
        }

        @ParameterizedTest
        @CsvSource({"OK, 599, false", "OK, 600, true", "RUNNING, 600, false", "NONE, 600, true"})
        void findsPendingAfterItsTime(MigrationState state, double seconds, boolean found) {
            assertThat(evaluate(history(state, 0, seconds)))
                    .extracting(Finding::key)
                    .isEqualTo(found ? List.of("migrations/pending") : List.of());
        }

        /** No session is as old as the lock, or none has worked for the time of the threshold. */
        @ParameterizedTest
        @CsvSource({"0, 0, 0, true", "3, 0, 899, false", "3, 0, 900, true", "3, 1, 9000, false"})
        void takesLockRowForAbandoned(long earlier, long working, double seconds, boolean abandoned) {
            assertThat(new LockRow("pod", null, seconds, earlier, working).abandoned(900))
                    .isEqualTo(abandoned);
        }

        @ParameterizedTest
        @CsvSource({"idle, 900, true", "idle, 899, false", "active, 9000, false", "idle in transaction, 9000, false"})
        void takesIdleHolderForAbandoned(String state, double seconds, boolean idle) {
            assertThat(new Runner(1, "app", "app", state, seconds, false).idleFor(900))
                    .isEqualTo(idle);
        }

        private List<Finding> evaluate(MigrationHistory history) {
            return Evaluating.evaluate(
                    HistoryScene.CHECK, Histories.of(List.of(history), 0, 0), Evaluating.target("shop", Map.of()));
        }

        private MigrationHistory history(MigrationState state, double seconds, @Nullable Double pendingSeconds) {
            return new MigrationHistory(
                    "knex",
                    "public",
                    "knex_migrations",
                    state,
                    null,
                    List.of(),
                    "7",
                    7L,
                    7L,
                    null,
                    null,
                    "8",
                    pendingSeconds == null ? null : 1,
                    List.of("8"),
                    pendingSeconds,
                    seconds,
                    null,
                    0,
                    null,
                    "update knex_migrations_lock set is_locked = 0");
        }
    }
}
