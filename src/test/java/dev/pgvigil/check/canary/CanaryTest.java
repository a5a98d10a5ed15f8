package dev.pgvigil.check.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.canary.Canary.Canaries;
import dev.pgvigil.check.canary.Canary.Run;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CanaryTest {

    private static final Canary CHECK = new Canary();
    private static final String WRITE = "table: ops.canary";

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void writesAndReadsOneRowThroughASessionOfItsOwn(int major) throws Exception {
        PgServer server = PgServer.shared(major);
        String database = prepared(server);
        Target target = CanaryTarget.of(database, WRITE);
        try (Collecting asking = Collecting.slow(server, database)) {
            Canaries seen = collect(asking, target);

            Run write = seen.write();
            assertThat(write).isNotNull();
            assertThat(write.failure()).isNull();
            assertThat(write.tookMs()).isPositive();
            assertThat(write.stale()).isFalse();
            assertThat(Evaluating.evaluate(CHECK, seen, target)).isEmpty();
            assertThat(RecordedMetrics.value(
                            RecordedMetrics.of(CHECK, seen), "pgvigil_canary_success", "canary", "write"))
                    .isEqualTo(1);
            collect(asking, target);
            assertThat(server.valueIn(database, "select count(*) || ' ' || min(target) from ops.canary"))
                    .isEqualTo("1 shop");
            String readOnly = asking.ask(session ->
                    session.row("select current_setting('default_transaction_read_only')", row -> row.getString(0)));
            assertThat(readOnly).isEqualTo("on");
            // The writing session is closed; a backend ends a moment after its client.
            await().until(() -> "1"
                    .equals(server.valueIn(
                            database,
                            "select count(*) from pg_stat_activity where usename = 'pgvigil' and datname = '" + database
                                    + "'")));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsReadOnlyDatabaseUntilItIsReset(int major) {
        PgServer server = PgServer.shared(major);
        String database = prepared(server);
        Target target = CanaryTarget.of(database, WRITE);
        try (Collecting asking = Collecting.slow(server, database)) {
            server.sql("alter database " + database + " set default_transaction_read_only = on");
            Finding found = Evaluating.one(CHECK, collect(asking, target), target);
            assertThat(found.key()).isEqualTo("canary/write-failed");
            assertThat(found.status()).isEqualTo(Status.UNHEALTHY);
            assertThat(found.observed()).contains("25006");
            assertThat(found.cause()).contains("default_transaction_read_only");
            assertThat(server.valueIn(database, String.valueOf(found.sql()))).isNotNull();

            server.sql("alter database " + database + " reset default_transaction_read_only");
            assertThat(Evaluating.evaluate(CHECK, collect(asking, target), target))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void tellsLockFullDiskSlowAndDiscardedWritesApart(int major) throws Exception {
        PgServer server = PgServer.shared(major);
        String database = prepared(server);
        Target target = CanaryTarget.of(database, WRITE);
        try (Collecting asking = Collecting.slow(server, database);
                Clients clients = new Clients(server, database)) {
            clients.inTransaction("ddl", "lock table ops.canary in access exclusive mode");
            assertThat(Evaluating.one(CHECK, collect(asking, target), target).key())
                    .isEqualTo("canary/locked");
            clients.leave();

            trigger(server, database, "raise exception 'no space left' using errcode = '53100';");
            Finding full = Evaluating.one(CHECK, collect(asking, target), target);
            assertThat(full.key()).isEqualTo("canary/write-failed");
            assertThat(full.cause()).contains("disk");

            trigger(server, database, "perform pg_sleep(0.3); return new;");
            assertThat(Evaluating.one(CHECK, collect(asking, target), target).key())
                    .isEqualTo("canary/write-slow");

            trigger(server, database, "return null;");
            assertThat(Evaluating.one(CHECK, collect(asking, target), target).key())
                    .isEqualTo("canary/stale");

            server.sqlIn(database, "drop trigger odd on ops.canary");
            assertThat(Evaluating.evaluate(CHECK, collect(asking, target), target))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void printsTheStatementsThatSetItUp(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        Target target = CanaryTarget.of(database, WRITE);
        try (Collecting asking = Collecting.slow(server, database)) {
            Finding missing = Evaluating.one(CHECK, collect(asking, target), target);
            assertThat(missing.key()).isEqualTo("canary/not-set-up");
            assertThat(missing.status()).isEqualTo(Status.DEGRADED);

            server.sqlIn(database, String.valueOf(missing.sql()).split("; "));
            assertThat(Evaluating.evaluate(CHECK, collect(asking, target), target))
                    .isEmpty();

            server.sqlIn(database, "revoke update on ops.canary from pgvigil");
            assertThat(Evaluating.one(CHECK, collect(asking, target), target).key())
                    .isEqualTo("canary/not-set-up");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void neverWritesOnAStandby(int major) {
        try (PgServer primary = PgServer.start(major)) {
            String database = prepared(primary);
            Target target = CanaryTarget.of(database, WRITE + "\nqueries: { answer: { query: select 42 } }");
            try (PgServer standby = primary.standby();
                    Collecting asking = Collecting.slow(standby, database)) {
                Canaries seen = collect(asking, target);

                assertThat(seen.write()).isNotNull();
                assertThat(seen.write().skipped()).isEqualTo("the server is a standby");
                assertThat(seen.queries())
                        .singleElement()
                        .satisfies(run -> assertThat(run.failure()).isNull());
                assertThat(Evaluating.evaluate(CHECK, seen, target)).isEmpty();
                assertThat(RecordedMetrics.of(CHECK, seen))
                        .noneMatch(figure -> figure.labels().containsValue("write"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsQueriesThatFailWriteOrMissTheirObjective(int major) {
        PgServer server = PgServer.shared(major);
        String database = prepared(server);
        server.sqlIn(
                database,
                "create table orders (id int)",
                "insert into orders select generate_series(1, 1000)",
                "grant select, insert on orders to pgvigil");
        Target target = CanaryTarget.of(database, """
                queries:
                  orders: { query: "select * from orders", objective: 1s }
                  slow: { query: "select pg_sleep(0.1)", objective: 50ms }
                  endless: { query: "select pg_sleep(9)", objective: 50ms, timeout: 200ms }
                  gone: { query: "select * from invoices" }
                  two: { query: "select 1; insert into orders values (0)" }
                """);
        try (Collecting asking = Collecting.slow(server, database)) {
            Canaries seen = collect(asking, target);

            assertThat(seen.write()).isNull();
            assertThat(Evaluating.evaluate(CHECK, seen, target))
                    .extracting(Finding::key)
                    .containsExactlyInAnyOrder(
                            "canary/query-slow/slow",
                            "canary/query-failed/endless",
                            "canary/query-failed/gone",
                            "canary/query-failed/two");
            assertThat(seen.queries()).extracting(Run::sqlState).containsExactly(null, null, "57014", "42P01", "25006");
            assertThat(server.valueIn(database, "select count(*) from orders")).isEqualTo("1000");

            server.sqlIn(database, "create table invoices (id int)", "grant select on invoices to pgvigil");
            assertThat(Evaluating.evaluate(CHECK, collect(asking, target), target))
                    .extracting(Finding::key)
                    .doesNotContain("canary/query-failed/gone");
        }
    }

    @ParameterizedTest
    @CsvSource({"249.9, 0", "250, 1"})
    void writeIsSlowFromThresholdOn(double took, int findings) {
        Target target = CanaryTarget.of("shop", WRITE);
        Canaries now = new Canaries(new Run("write", took, null, null, null, false, null), List.of());

        assertThat(Evaluating.evaluate(CHECK, now, target)).hasSize(findings);
    }

    @ParameterizedTest
    @CsvSource({"50, 0", "50.1, 1"})
    void queryIsSlowAboveItsObjective(double took, int findings) {
        Canaries now = new Canaries(null, List.of(new Run("orders", took, 50.0, null, null, false, null)));

        assertThat(Evaluating.evaluate(CHECK, now, Evaluating.target("shop"))).hasSize(findings);
    }

    @ParameterizedTest
    @CsvSource({
        "57014, canary/write-failed",
        "53100, canary/write-failed",
        "25006, canary/write-failed",
        "XX001, canary/write-failed",
        ", canary/write-failed",
        "42501, canary/not-set-up",
        "55P03, canary/locked",
    })
    void decidesBySqlState(String sqlState, String key) {
        Canaries now = new Canaries(new Run("write", null, null, "some text", sqlState, false, null), List.of());

        assertThat(Evaluating.one(CHECK, now, CanaryTarget.of("shop", WRITE)).key())
                .isEqualTo(key);
    }

    @Test
    void rejectsMistakesInTheConfiguration() {
        assertThat(CanaryTarget.load("shop", "table: canary").problems()).hasSize(1);
        assertThat(CanaryTarget.load("shop", "table: 'ops.x; drop'").problems()).hasSize(1);
        assertThat(CanaryTarget.load("shop", "queries: { a-b: { query: select 1 } }")
                        .problems())
                .hasSize(1);
        assertThat(CanaryTarget.load("shop", "queries: { a: { query: select 1, objective: 3s, timeout: 2s } }")
                        .problems())
                .hasSize(1);
        assertThat(CanaryTarget.load("shop", "queries: { a: { objective: 3s } }")
                        .problems())
                .isNotEmpty();
    }

    @Test
    void publishedScriptIsTheOneThatFindingsPrint() throws Exception {
        String page = Files.readString(Path.of("docs/checks/canary.md"));
        Canaries now = new Canaries(new Run("write", null, null, "no table", "42P01", false, null), List.of());

        String printed = String.valueOf(
                Evaluating.one(CHECK, now, CanaryTarget.of("shop", WRITE)).sql());
        assertThat(page.replaceAll("\\s+", " "))
                .contains(printed.replace("\"", "").replaceAll("\\s+", " "));
    }

    private static Canaries collect(Collecting asking, Target target) {
        return asking.ask(session -> CHECK.collect(session, target));
    }

    /** A database with the canary's table and grants. */
    private static String prepared(PgServer server) {
        String database = server.newDatabase("shop");
        server.server(); // creates the role
        server.sqlIn(
                database,
                "create schema ops",
                "create table ops.canary (target text primary key, written_at timestamptz not null)",
                "grant usage on schema ops to pgvigil",
                "grant select, insert, update on ops.canary to pgvigil");
        return database;
    }

    private static void trigger(PgServer server, String database, String body) {
        server.sqlIn(
                database,
                "create or replace function ops.odd() returns trigger language plpgsql as $$ begin " + body + " end $$",
                "drop trigger if exists odd on ops.canary",
                "create trigger odd before insert or update on ops.canary for each row execute function ops.odd()");
    }
}
