package dev.pgvigil.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Status;
import dev.pgvigil.diagnose.PerformanceView.QueryResult;
import dev.pgvigil.diagnose.PerformanceView.Rating;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.monitor.Monitoring;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Performance tests on a real server, among them hostile ones. */
class PerformanceTestsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Before 16, large objects can be written in a read-only transaction. */
    private static final PgServer SERVER = PgServer.start(PgServer.majors().getFirst());

    private static Monitoring monitoring = Monitoring.over();
    private static PerformanceTests tests = new PerformanceTests(monitoring.watch());
    private static Target shop = SERVER.target("shop", "postgres");

    @BeforeAll
    static void watch() {
        SERVER.sql(
                "create table orders as select i as id, repeat('x', 100) as note from generate_series(1, 5000) i",
                "grant select on orders to pgvigil",
                "create table secrets (id int)",
                "create sequence numbers",
                "grant all on sequence numbers to public",
                "grant create on schema public to public",
                "select lo_create(4711)",
                "alter large object 4711 owner to pgvigil");
        monitoring.follow(shop);
        monitoring.awaitStatus("shop", Status.HEALTHY);
    }

    @AfterAll
    static void stop() {
        monitoring.close();
        SERVER.close();
    }

    @Test
    void measuresEachQueryAndCountsItsRows() {
        PerformanceView view = run(20, "select * from orders", "values (1), (2);", "table orders -- all of it");

        assertThat(view.complete()).isTrue();
        assertThat(view.successRate()).isEqualTo(1);
        assertThat(view.queries()).extracting(QueryResult::rows).containsExactly(5000L, 2L, 5000L);
        assertThat(view.queries()).allSatisfy(query -> {
            assertThat(query.times().runs()).isEqualTo(20);
            assertThat(query.times().succeeded()).isEqualTo(20);
            assertThat(query.times().minimumMs()).isPositive();
            assertThat(query.times().averageMs())
                    .isBetween(query.times().minimumMs(), query.times().maximumMs());
            assertThat(query.times().p95Ms())
                    .isBetween(query.times().minimumMs(), query.times().maximumMs());
        });
        assertThat(view.connections().succeeded()).isEqualTo(3);
        assertThat(view.connections().averageMs()).isPositive();
        assertThat(view.poolEfficiency()).isBetween(0.0, 1.0);
        assertThat(view.rating()).isNotNull();
        monitoring.awaitLink(shop.server(), link -> link.open() == 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete from orders",
                "insert into orders values (1, '')",
                "create table planted ()",
                "select 1; create table planted ()",
                "select 1; commit; create table planted ()",
                "commit",
                "rollback",
                "set statement_timeout = 0",
                "begin read write",
                "copy orders to program 'true'",
                "explain analyze select 1",
                "do 'begin end'",
                "select 1) to stdout",
                "call nothing()",
                "with gone as (delete from orders returning 1) select * from gone",
                "select 1 into planted",
                "select 1 as id for update; drop table orders",
                "",
                "'",
                "select $$",
                "select /* 1",
            })
    void refusesWhatIsNotOneSelect(String statement) {
        QueryResult result =
                run(2, statement.isEmpty() ? " ; " : statement).queries().getFirst();

        assertThat(result.times().succeeded()).isZero();
        assertThat(result.times().runs()).isEqualTo(1);
        assertThat(result.sqlState()).isIn("42601", "0A000", "25006");
        assertThat(SERVER.value("select count(*) from orders")).isEqualTo("5000");
        assertThat(SERVER.value("select to_regclass('planted')")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select nextval('numbers')",
                "select setval('numbers', 99)",
                "select * from orders for update",
                "select set_config('transaction_read_only', 'off', true), nextval('numbers')",
                "select set_config('default_transaction_read_only', 'off', false), nextval('numbers')"
            })
    void readOnlyTransactionRefusesSideEffects(String query) {
        PerformanceView view = run(3, query, "select nextval('numbers')");

        assertThat(view.queries())
                .allSatisfy(result -> assertThat(result.times().succeeded()).isZero());
        assertThat(view.rating()).isEqualTo(Rating.POOR);
        assertThat(SERVER.value("select is_called from numbers")).isEqualTo("f");
    }

    @Test
    void largeObjectsAndSettingsAreRolledBack() {
        PerformanceView view = run(
                2,
                "select lo_unlink(4711)",
                "select set_config('statement_timeout', '0', false)",
                "select 1 where current_setting('statement_timeout') <> '5s'",
                "select 1 where current_setting('transaction_read_only') <> 'on'");

        assertThat(SERVER.value("select count(*) from pg_largeobject_metadata")).isEqualTo("1");
        assertThat(view.queries().get(2).rows()).isZero();
        assertThat(view.queries().get(3).rows()).isZero();
    }

    @Test
    void sessionLocksEndWithTheTest() {
        run(1, "select pg_advisory_lock(42)");
        await().atMost(PATIENCE)
                .until(() -> "0".equals(SERVER.value("select count(*) from pg_locks where locktype = 'advisory'")));
    }

    @Test
    void slowQueriesAreEndedWithinTheLimitOfTheTest() {
        long start = System.nanoTime();
        PerformanceView view =
                run(100, "select pg_sleep(1000)", "select count(*) from generate_series(1, 1000000000000)", "select 1");

        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofSeconds(20), PerformanceTests.TOTAL.plusSeconds(10));
        assertThat(view.complete()).isFalse();
        assertThat(view.rating()).isEqualTo(Rating.POOR);
        assertThat(view.queries().getFirst().times().succeeded()).isZero();
        assertThat(view.queries().getFirst().sqlState()).isEqualTo("57014");
        assertThat(view.queries().get(2).times().succeeded()).isPositive();
        assertThat(view.recommendations()).anySatisfy(text -> assertThat(text).contains("slow-statement-timeout"));
        await().atMost(Duration.ofSeconds(10))
                .until(() -> "0"
                        .equals(SERVER.value("select count(*) from pg_stat_activity where state = 'active'"
                                + " and usename = 'pgvigil' and query like '%pgvigil_trial%'")));
        assertThat(monitoring.status("shop")).isEqualTo(Status.HEALTHY);
    }

    @Test
    void namesMissingPrivileges() {
        PerformanceView view = run(5, "select * from secrets");

        assertThat(view.queries().getFirst().sqlState()).isEqualTo("42501");
        assertThat(view.queries().getFirst().times().runs()).isEqualTo(1);
        assertThat(view.recommendations().getFirst()).contains("grant SELECT");
    }

    @Test
    void oneTestRunsAtATimeOnAServer() {
        Uni<PerformanceView> first = tests.run(shop, List.of("select pg_sleep(1)"), 1);
        assertThatThrownBy(() -> tests.run(shop, List.of("select 1"), 1))
                .isInstanceOf(ProblemException.class)
                .satisfies(thrown ->
                        assertThat(((ProblemException) thrown).status()).isEqualTo(429));
        first.await().atMost(PATIENCE);
        assertThat(run(1, "select 1").successRate()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"alter role risky superuser", "grant pg_signal_backend to risky", "alter role risky replication"
            })
    void refusesRolesThatCouldDoMoreThanRead(String grant) {
        SERVER.monitorRole("risky", "secret");
        SERVER.sql(grant);
        Target target = Target.of("risky", SERVER.server("risky", "secret"), "postgres");
        try (Monitoring other = Monitoring.over(target)) {
            other.awaitStatus("risky", Status.HEALTHY);
            assertThatThrownBy(() -> new PerformanceTests(other.watch())
                            .run(target, List.of("select 1"), 1)
                            .await()
                            .atMost(PATIENCE))
                    .isInstanceOf(ProblemException.class)
                    .satisfies(thrown ->
                            assertThat(((ProblemException) thrown).status()).isEqualTo(403));
        } finally {
            SERVER.sql("drop owned by risky", "drop role risky");
        }
    }

    @Test
    void refusesDatabaseWhereSessionsToOthersCanBeOpened() {
        String database = SERVER.newDatabase("linked");
        SERVER.sqlIn(database, "create extension dblink");
        Target target = SERVER.target("linked", database);
        try (Monitoring other = Monitoring.over(target)) {
            other.awaitStatus("linked", Status.HEALTHY);
            assertThatThrownBy(() -> new PerformanceTests(other.watch())
                            .run(target, List.of("select dblink_exec('', '')"), 1)
                            .await()
                            .atMost(PATIENCE))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("dblink");
        }
    }

    @Test
    void answersWithAProblemWhereNoSessionIsPossible() {
        Target nowhere = Target.of("nowhere", SERVER.server("nobody", "wrong"), "postgres");
        assertThatThrownBy(
                        () -> tests.run(nowhere, List.of("select 1"), 1).await().atMost(PATIENCE))
                .isInstanceOf(ProblemException.class)
                .satisfies(thrown ->
                        assertThat(((ProblemException) thrown).status()).isEqualTo(503));
    }

    private static PerformanceView run(int iterations, String... queries) {
        return tests.run(shop, List.of(queries), iterations).await().atMost(PATIENCE);
    }
}
