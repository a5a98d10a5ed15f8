package dev.pgvigil.check.activity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Clients.Client;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.activity.Activity.Backend;
import dev.pgvigil.check.activity.LongWork.Work;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Exemption;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LongWorkTest {

    private static final LongWork CHECK = new LongWork();
    private static final Target SHOP = Evaluating.target("shop");

    @Nested
    class Judges {

        @ParameterizedTest
        @CsvSource({
            "active, 299.9, , ",
            "active, 300, long-work/queries, MEDIUM",
            "active, 1799, long-work/queries, MEDIUM",
            "active, 1800, long-work/queries, HIGH",
            "fastpath function call, 300, long-work/queries, MEDIUM",
            "idle in transaction, 59.9, , ",
            "idle in transaction, 60, long-work/idle-in-transaction, MEDIUM",
            "idle in transaction (aborted), 299, long-work/idle-in-transaction, MEDIUM",
            "idle in transaction, 300, long-work/idle-in-transaction, HIGH",
        })
        void reportsSessionByStateAndAge(String state, double seconds, String key, Severity severity) {
            List<Finding> findings = Evaluating.evaluate(CHECK, work(session(1, state, seconds)), SHOP);

            if (key == null) {
                assertThat(findings).isEmpty();
            } else {
                assertThat(findings).extracting(Finding::key).containsExactly(key);
                assertThat(findings.getFirst().severity()).isEqualTo(severity);
                assertThat(findings.getFirst().status()).isEqualTo(Status.DEGRADED);
            }
        }

        @ParameterizedTest
        @CsvSource({"299.9, 0", "300, 1", "90000, 1"})
        void reportsPreparedTransactionByAge(double seconds, int findings) {
            Work work = Work.of(activity(), all(prepared("it's", seconds)));

            assertThat(Evaluating.evaluate(CHECK, work, SHOP)).hasSize(findings);
        }

        @Test
        void describesSessionAndAction() {
            Finding query = Evaluating.one(CHECK, work(session(7, "active", 370)), SHOP);
            assertThat(query.observed())
                    .isEqualTo("1 running statement, the oldest for 6 min 10 s (pid 7, user app, application billing)");
            assertThat(query.threshold()).isEqualTo("over 5 min, high from 30 min");
            assertThat(query.sql()).isEqualTo("select pg_cancel_backend(7)");
            assertThat(query.evidence())
                    .containsExactly(Map.of(
                            "pid",
                            7,
                            "datname",
                            "shop",
                            "usename",
                            "app",
                            "application_name",
                            "billing",
                            "seconds",
                            370.0,
                            "transaction_seconds",
                            370.0,
                            "xmin_age",
                            5L,
                            "query",
                            "select ?"));

            Finding idle = Evaluating.one(CHECK, work(session(8, "idle in transaction", 61)), SHOP);
            assertThat(idle.sql()).isEqualTo("select pg_terminate_backend(8)");

            Work left = Work.of(activity(), all(prepared("it's", 400)));
            assertThat(Evaluating.one(CHECK, left, SHOP).sql()).isEqualTo("rollback prepared 'it''s'");
        }

        @Test
        void ordersByAgeAndBoundsTheEvidence() {
            Work work = Work.of(
                    activity(IntStream.range(0, 300)
                            .mapToObj(i -> session(i, "active", 400 + i))
                            .toArray(Backend[]::new)),
                    all());

            assertThat(work.queries()).hasSize(LongWork.MOST);
            Finding found = Evaluating.one(CHECK, work, SHOP);
            assertThat(found.observed())
                    .startsWith("at least 100 running statements")
                    .contains("pid 299");
            assertThat(found.evidence()).hasSize(EvidenceRow.MOST);
        }

        @Test
        void marksNumbersOfIncompleteObservation() {
            Activity sample = new Activity(List.of(session(1, "idle in transaction", 400)), 700, 0);
            Work work = Work.of(sample, new PreparedTransaction.All(List.of(prepared("a", 400)), 140));

            assertThat(Evaluating.evaluate(CHECK, work, SHOP))
                    .extracting(Finding::observed)
                    .allMatch(observed -> observed.startsWith("at least 1 "))
                    .hasSize(2);
        }

        @Test
        void reportsOnlyClientsOfTheTargetsDatabase() {
            assertThat(Evaluating.evaluate(CHECK, work(session(1, "active", 999)), Evaluating.target("elsewhere")))
                    .isEmpty();
            Backend worker =
                    new Backend(1, null, "shop", "app", "", "parallel worker", "active", false, 999, 999, 999, 0, null);
            assertThat(Evaluating.evaluate(CHECK, work(worker), SHOP)).isEmpty();
        }

        @Test
        void reportsOldHorizon() {
            Backend old = new Backend(
                    1, null, "shop", "app", "", "client backend", "active", false, 999, 999, 999, 2_500_000, null);

            assertThat(Evaluating.one(CHECK, work(old), SHOP).cause()).contains("Since 2500000 transactions");
            assertThat(Evaluating.one(CHECK, work(session(1, "active", 999)), SHOP)
                            .cause())
                    .doesNotContain("transactions");
        }

        @Test
        void advisesOnSessionsThatAreNotTracked() {
            Finding found = Evaluating.one(CHECK, work(session(1, "disabled", 0)), SHOP);

            assertThat(found.key()).isEqualTo("long-work/untracked");
            assertThat(found.status()).isEqualTo(Status.HEALTHY);
            assertThat(found.observed())
                    .isEqualTo("track_activities is off for 1 session (pid 1, user app, application billing)");
        }

        @ParameterizedTest
        @CsvSource({"5, 0", "999999, 0", "1000000, 1"})
        void reportsWaitForAdvisoryLockOnlyWhenItHoldsBackVacuum(long horizon, int findings) {
            Backend waiter = new Backend(
                    1, null, "shop", "app", "", "client backend", "active", true, 9000, 9000, 9000, horizon, null);

            assertThat(Evaluating.evaluate(CHECK, work(waiter), SHOP)).hasSize(findings);
        }

        @ParameterizedTest
        @CsvSource({"active, 400", "idle in transaction, 400"})
        void leavesOutExemptedSessionsAndSaysWhy(String state, double seconds) {
            Target target = Evaluating.exempting(
                    SHOP, LongWork.NAME, new Exemption(new Glob("bill*"), new Glob("app"), "nightly backup"));

            Finding found = Evaluating.one(CHECK, work(session(1, state, seconds)), target);

            assertThat(found.key()).isEqualTo("long-work/exempted");
            assertThat(found.status()).isEqualTo(Status.HEALTHY);
            assertThat(found.observed()).isEqualTo("exempted: 1 session, nightly backup");
            assertThat(Evaluating.evaluate(CHECK, work(session(1, state, 9)), target))
                    .isEmpty();
        }

        @Test
        void exportsGauges() {
            List<RecordedMetrics.Figure> figures = RecordedMetrics.of(
                    CHECK,
                    Work.of(
                            activity(session(1, "active", 20), session(2, "idle in transaction", 30)),
                            new PreparedTransaction.All(List.of(prepared("a", 40)), 140)));

            assertThat(RecordedMetrics.value(figures, "pgvigil_long_work_oldest_query_seconds"))
                    .isEqualTo(20);
            assertThat(RecordedMetrics.value(figures, "pgvigil_long_work_oldest_idle_in_transaction_seconds"))
                    .isEqualTo(30);
            assertThat(RecordedMetrics.value(figures, "pgvigil_long_work_oldest_prepared_seconds"))
                    .isEqualTo(40);
            assertThat(RecordedMetrics.value(figures, "pgvigil_long_work_prepared_transactions"))
                    .isEqualTo(140);
        }

        private static Work work(Backend session) {
            return Work.of(activity(session), all());
        }

        private static Activity activity(Backend... sessions) {
            return new Activity(List.of(sessions), sessions.length, 0);
        }

        private static PreparedTransaction.All all(PreparedTransaction... prepared) {
            return new PreparedTransaction.All(List.of(prepared), prepared.length);
        }

        private static Backend session(int pid, String state, double seconds) {
            return new Backend(
                    pid,
                    null,
                    "shop",
                    "app",
                    "billing",
                    "client backend",
                    state,
                    false,
                    seconds,
                    seconds,
                    seconds,
                    5,
                    "select ?");
        }

        private static PreparedTransaction prepared(String gid, double seconds) {
            return new PreparedTransaction(700, gid, "app", "shop", seconds, 3);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsLongWorkUntilItsStatementsEndIt(int major) throws Exception {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        String gid = PgServer.unique("it's \\ left");
        Target hasty = Evaluating.target(
                database,
                Map.of("long-work.query", 1.0, "long-work.idle-in-transaction", 1.0, "long-work.prepared", 1.0));
        server.sqlIn(database, "create table t (i int)");
        try (Clients clients = new Clients(server, database);
                Collecting asking = Collecting.of(server, database)) {
            Client slow = clients.idle("report");
            CompletableFuture<Void> query = slow.start("select pg_sleep(60), 'secret' -- by me");
            Client open = clients.inTransaction("billing", "insert into t values (987654321)");
            server.sqlIn(database, "begin; insert into t values (987654321); prepare transaction " + Sql.literal(gid));

            Work work = await().atMost(Duration.ofSeconds(10))
                    .until(
                            () -> asking.collect(CHECK),
                            seen -> Evaluating.evaluate(CHECK, seen, hasty).size() == 3);

            List<Finding> findings = Evaluating.evaluate(CHECK, work, hasty);
            assertThat(findings)
                    .extracting(Finding::key)
                    .containsExactly("long-work/queries", "long-work/idle-in-transaction", "long-work/prepared");
            assertThat(findings)
                    .extracting(Finding::sql)
                    .containsExactly(
                            "select pg_cancel_backend(" + slow.pid() + ")",
                            "select pg_terminate_backend(" + open.pid() + ")",
                            "rollback prepared E'" + gid.replace("'", "''").replace("\\", "\\\\") + "'");
            assertThat(findings.getFirst().evidence().getFirst())
                    .containsEntry("query", "select pg_sleep(?), ?")
                    .containsEntry("application_name", "report");
            assertThat(findings.get(1).evidence().getFirst()).containsEntry("query", "insert into t values (?)");
            assertThat(findings.toString()).doesNotContain("secret").doesNotContain("987654321");

            for (Finding finding : findings) {
                server.sqlIn(database, String.valueOf(finding.sql()));
            }
            assertThat(query).failsWithin(Duration.ofSeconds(10));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> Evaluating.evaluate(CHECK, asking.collect(CHECK), hasty)
                            .isEmpty());
        }
    }
}
