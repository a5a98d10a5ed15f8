package dev.pgvigil.check.statements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.statements.StatementStatistics.Order;
import dev.pgvigil.check.statements.StatementStatistics.Totals;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import io.smallrye.mutiny.Uni;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StatementsTest {

    /** Reads missing texts at each collection; an interval of a history is one run. */
    static final Statements CHECK = new Statements(1, new StatementTexts.Pause(Duration.ZERO, 0));

    private static final Target SHOP = Evaluating.target("shop");

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsWhatAStatementDidSinceTheLastCollection(int major) throws SQLException {
        // Of its own: the first observation is of all that the server has done so far.
        try (PgServer server = PgServer.start(major)) {
            String database = withExtension(server);
            server.sqlIn(database, "create table bookings (id int, note text)");
            seesGrowth(server, database);
        }
    }

    private static void seesGrowth(PgServer server, String database) throws SQLException {
        try (Collecting asking = Collecting.of(server, database);
                Connection client = server.jdbc(database)) {
            run(client, 5, "insert into bookings select g, 'x' from generate_series(1, 10) g");
            StatementStatistics first = asking.collect(CHECK);
            run(client, 7, "insert into bookings select g, 'x' from generate_series(1, 10) g");
            StatementStatistics seen = asking.collect(CHECK);

            assertThat(first.intervalSeconds()).isZero();
            assertThat(one(first, database, "insert into bookings").calls()).isEqualTo(5);
            assertThat(seen.intervalSeconds()).isPositive();
            StatementUsage insert = one(seen, database, "insert into bookings");
            assertThat(insert.calls()).isEqualTo(7);
            assertThat(insert.callsTotal()).isEqualTo(12);
            assertThat(insert.rows()).isEqualTo(70);
            assertThat(insert.usename()).isEqualTo("postgres");
            assertThat(insert.query()).doesNotContain("'x'");
            assertThat(insert.meanMs()).isPositive();
            assertThat(insert.meanMs()).isCloseTo(insert.totalMs() / 7, within(0.001));
            assertThat(insert.walBytes()).isPositive();
            assertThat(insert.topBy()).isNotEmpty();
            assertThat(seen.top()).hasSizeLessThanOrEqualTo(Order.values().length * StatementTracker.TOP);
        }
    }

    @ParameterizedTest
    @CsvSource({"14, 1.8", "14, 1.9", "18, 1.8", "18, 1.10", "18, 1.11"})
    void readsTheColumnsOfAnOlderExtension(int major, String version) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("outdated");
        server.sqlIn(
                database,
                "create schema \"Odd \"\"name\"",
                "create extension pg_stat_statements schema \"Odd \"\"name\" version '" + version + "'",
                "grant usage on schema \"Odd \"\"name\" to public");
        try (Collecting asking = Collecting.of(server, database);
                Connection client = server.jdbc(database)) {
            asking.collect(CHECK);
            run(client, 3, "select 1 as " + database);
            StatementStatistics seen = asking.collect(CHECK);

            assertThat(seen.extensionVersion()).isEqualTo(version);
            assertThat(one(seen, database, "select $1 as outdated").calls()).isEqualTo(3);
        }
    }

    @Test
    void reportsThatTheSchemaOfTheExtensionMayNotBeUsed() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        String database = server.newDatabase("hidden");
        server.sqlIn(database, "create schema inner_room", "create extension pg_stat_statements schema inner_room");
        try (Collecting asking = Collecting.of(server, database)) {
            assertThatThrownBy(() -> asking.collect(CHECK))
                    .cause()
                    .isInstanceOfSatisfying(FailureException.class, thrown -> {
                        Finding finding =
                                CHECK.evaluateFailure(thrown.failure(), SHOP).getFirst();
                        Evaluating.complete(CHECK, finding);
                        assertThat(finding.action()).contains("USAGE on the schema");
                    });
            server.sqlIn(database, "grant usage on schema inner_room to pgvigil");
            assertThat(asking.collect(CHECK).entries()).isPositive();
        }
    }

    @Test
    void updatedExtensionIsReadAtOnce() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        String database = server.newDatabase("updated");
        server.sqlIn(database, "create extension pg_stat_statements version '1.9'");
        try (Collecting asking = Collecting.of(server, database)) {
            assertThat(asking.collect(CHECK).extensionVersion()).isEqualTo("1.9");
            server.sqlIn(database, "alter extension pg_stat_statements update");
            assertThat(asking.collect(CHECK).extensionVersion()).isNotEqualTo("1.9");
        }
    }

    @Test
    void countsAcrossAResetOfAllCountersAndOfOne() throws SQLException {
        try (PgServer server = PgServer.start(PgServer.majors().getLast())) {
            String database = withExtension(server);
            try (Collecting asking = Collecting.of(server, database);
                    Connection client = server.jdbc(database)) {
                run(client, 500, "select 2 as reset");
                asking.collect(CHECK);
                server.sqlIn(database, "select pg_stat_statements_reset()");
                run(client, 4, "select 2 as reset");
                StatementStatistics seen = asking.collect(CHECK);

                assertThat(seen.reset()).isTrue();
                assertThat(one(seen, database, "select $1 as reset").calls()).isEqualTo(4);

                run(client, 30, "select 2 as reset");
                assertThat(one(asking.collect(CHECK), database, "select $1 as reset")
                                .calls())
                        .isEqualTo(30);
                server.sqlIn(
                        database,
                        "select pg_stat_statements_reset(0, 0, queryid) from pg_stat_statements(true) "
                                + "where query = 'select $1 as reset'");
                run(client, 40, "select 2 as reset");
                StatementStatistics afterOne = asking.collect(CHECK);

                assertThat(afterOne.reset()).isFalse();
                assertThat(one(afterOne, database, "select $1 as reset").calls())
                        .isEqualTo(40);
                assertThat(one(afterOne, database, "select $1 as reset").restarted())
                        .isTrue();
            }
        }
    }

    @Test
    void neverResetsTheServersStatistics() {
        try (PgServer server = PgServer.start(PgServer.majors().getLast())) {
            String database = withExtension(server);
            String before = server.valueIn(database, "select stats_reset::text from pg_stat_statements_info");
            try (Collecting asking = Collecting.of(server, database)) {
                asking.collect(CHECK);
                asking.collect(CHECK);
            }
            assertThat(server.valueIn(database, "select stats_reset::text from pg_stat_statements_info"))
                    .isEqualTo(before);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsEvictionsUntilTheHourIsOver(int major) throws SQLException {
        try (PgServer server = PgServer.start(major, Map.of("pg_stat_statements.max", "100"))) {
            String database = withExtension(server);
            Target target = Evaluating.target(database, Map.of(Statements.EVICTIONS.key(), 2.0));
            try (Collecting asking = Collecting.of(server, database);
                    Connection client = server.jdbc(database)) {
                assertThat(evaluate(asking.collect(CHECK), target)).isEmpty();
                for (int i = 0; i < 500; i++) {
                    run(client, 1, "select 1" + ", 1".repeat(i));
                }
                Finding finding = evaluate(asking.collect(CHECK), target).getFirst();

                assertThat(finding.key()).isEqualTo("statements/evictions");
                assertThat(finding.status()).isEqualTo(Status.HEALTHY);
                assertThat(finding.sql()).isEqualTo("alter system set pg_stat_statements.max = 200");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsThatStatementsAreNotCounted(int major) throws SQLException {
        try (PgServer server = PgServer.start(major, Map.of("pg_stat_statements.track", "none"))) {
            String database = withExtension(server);
            try (Collecting asking = Collecting.of(server, database)) {
                assertThat(evaluate(asking.collect(CHECK), SHOP)).isEmpty();
                assertThat(evaluate(asking.collect(CHECK), SHOP))
                        .extracting(Finding::key)
                        .containsExactly("statements/untracked");
                server.sql("alter system set pg_stat_statements.track = 'top'");
                server.reload();
                asking.collect(CHECK);
                assertThat(evaluate(asking.collect(CHECK), SHOP)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void tellsMissingLibraryExtensionAndPrivilegeApart(int major) {
        try (PgServer server = PgServer.start(major, Map.of("shared_preload_libraries", ""))) {
            assertThat(unmet(server, "pgvigil")).contains("in shared_preload_libraries, which requires a restart");
            server.sql("alter system set shared_preload_libraries = 'pg_stat_statements'");
            server.restart();
            assertThat(unmet(server, "pgvigil"))
                    .isEqualTo("needs the extension pg_stat_statements in a monitored database of the server");
            server.sql("create extension pg_stat_statements", "create role plain login");
            assertThat(unmet(server, "pgvigil")).isNull();
            assertThat(unmet(server, "plain")).isEqualTo("needs the role pg_monitor");
        }
    }

    @Test
    void readsTextsOnlyOfNewStatementsAndSeldom() {
        StatementTexts texts = new StatementTexts(StatementTexts.Pause.STANDARD, new MemoryBudget(100_000));
        StatementKey one = new StatementKey(10, 1, 11, true);
        StatementKey other = new StatementKey(10, 1, 12, true);
        long second = 1_000_000_000L;

        assertThat(texts.wanted(List.of(one, other), 0)).containsExactly(11L, 12L);
        texts.read(0, second);
        texts.put(1, 11, "select 1");
        assertThat(texts.wanted(List.of(one), 5000 * second)).isEmpty();
        assertThat(texts.wanted(List.of(one, other), 1000 * second)).isEmpty();
        assertThat(texts.wanted(List.of(one, other), 1001 * second)).containsExactly(12L);
    }

    @Test
    void repeatsAReadingOfTextsThatTimedOutOnce() {
        StatementTexts texts = new StatementTexts(StatementTexts.Pause.STANDARD, new MemoryBudget(100_000));
        StatementKey one = new StatementKey(10, 1, 11, true);
        long second = 1_000_000_000L;

        texts.failed(0, second, true);
        assertThat(texts.wanted(List.of(one), 2 * second)).containsExactly(11L);
        texts.failed(2 * second, 8 * second, true);
        assertThat(texts.wanted(List.of(one), 3 * 3600 * second)).isEmpty();
        assertThat(texts.wanted(List.of(one), 3 * 3600 * second + 8 * second)).containsExactly(11L);
    }

    @Test
    void keepsTextsWithinNumberAndBudget() {
        MemoryBudget budget = new MemoryBudget(1 << 20);
        StatementTexts texts = new StatementTexts(StatementTexts.Pause.STANDARD, budget);
        for (int i = 0; i < 2 * StatementTexts.MOST; i++) {
            texts.put(1, i, "select " + "x".repeat(2000));
        }
        assertThat(texts.size()).isEqualTo(StatementTexts.MOST);
        texts.release();
        assertThat(budget.used()).isZero();

        StatementTexts small = new StatementTexts(StatementTexts.Pause.STANDARD, new MemoryBudget(1000));
        for (int i = 0; i < 10; i++) {
            small.put(1, i, "select " + "x".repeat(2000));
        }
        assertThat(small.size()).isEqualTo(1);
    }

    @Test
    void exportsTotalsAndTheFirstStatementsWithoutText() throws SQLException {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        String database = withExtension(server);
        try (Collecting asking = Collecting.of(server, database);
                Connection client = server.jdbc(database)) {
            asking.collect(CHECK);
            run(client, 50, "select pg_sleep(0.002)");
            StatementStatistics seen = asking.collect(CHECK);
            List<RecordedMetrics.Figure> figures = RecordedMetrics.of(CHECK, seen);

            assertThat(RecordedMetrics.value(figures, "pgvigil_statements_calls_total"))
                    .isGreaterThanOrEqualTo(50);
            StatementUsage sleep = one(seen, database, "select pg_sleep");
            assertThat(RecordedMetrics.value(
                            figures,
                            "pgvigil_statement_calls_total",
                            "datname",
                            database,
                            "usename",
                            "postgres",
                            "queryid",
                            sleep.queryid(),
                            "toplevel",
                            "true"))
                    .isEqualTo(50);
            assertThat(figures.toString()).doesNotContain("pg_sleep");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void showsStatementsThatStillRun(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = withExtension(server);
        try (Collecting collecting = Collecting.of(server, database);
                Clients clients = new Clients(server, database)) {
            clients.idle("report").begin("select pg_sleep(60), 'secret'");
            clients.idle("loader").begin("copy (select g, pg_sleep(1) from generate_series(1, 60) g) to '/dev/null'");
            List<RunningStatement> running = await().atMost(Duration.ofSeconds(20))
                    .until(
                            () -> collecting.collect(CHECK).running().stream()
                                    .filter(one -> database.equals(one.datname()))
                                    .toList(),
                            found -> found.size() == 2);
            RunningStatement report = running.stream()
                    .filter(one -> one.applicationName().equals("report"))
                    .findFirst()
                    .orElseThrow();
            RunningStatement copy = running.stream()
                    .filter(one -> one.applicationName().equals("loader"))
                    .findFirst()
                    .orElseThrow();

            assertThat(report.queryid()).isNotNull();
            assertThat(report.bulk()).isFalse();
            assertThat(report.query()).isEqualTo("select pg_sleep(?), ?");
            assertThat(report.seconds()).isGreaterThan(1);
            assertThat(copy.bulk()).isTrue();
            assertThat(copy.command()).isEqualTo("COPY");
        }
    }

    @Test
    void untrackedNeedsAnIntervalWithoutCalls() {
        assertThat(CHECK.evaluate(seen("none", 60, 0, null), Previous.none(Evaluating.NOW), SHOP))
                .hasSize(1);
        assertThat(CHECK.evaluate(seen("none", 0, 0, null), Previous.none(Evaluating.NOW), SHOP))
                .isEmpty();
        assertThat(CHECK.evaluate(seen("none", 60, 5, null), Previous.none(Evaluating.NOW), SHOP))
                .isEmpty();
        assertThat(CHECK.evaluate(seen("top", 60, 0, null), Previous.none(Evaluating.NOW), SHOP))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"11, 0", "12, 1"})
    void evictionsAreAFindingFromTheThreshold(long evictions, int findings) {
        assertThat(evaluate(seen("top", 60, 5, evictions), SHOP)).hasSize(findings);
    }

    static StatementStatistics seen(String track, double seconds, long calls, @Nullable Long evictions) {
        Totals none = Totals.NONE;
        Totals interval = new Totals(calls, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        return new StatementStatistics(
                "1.12", "shop", track, true, 10, 5000L, true, 0, null, false, evictions, seconds, interval, none,
                List.of(), List.of(), List.of());
    }

    private static @Nullable String unmet(PgServer server, String role) {
        server.server();
        try (Collecting asking = Collecting.of(server.server(role, null), "postgres")) {
            ServerFacts facts = asking.ask(session -> Uni.createFrom().item(session.facts()));
            return CHECK.requirements().unmet(facts);
        }
    }

    static String withExtension(PgServer server) {
        String database = server.newDatabase("statements");
        server.sqlIn(database, "create extension pg_stat_statements");
        return database;
    }

    static void run(Connection client, int times, String sql) throws SQLException {
        try (Statement statement = client.createStatement()) {
            for (int i = 0; i < times; i++) {
                statement.execute(sql);
            }
        }
    }

    static StatementUsage one(StatementStatistics seen, String database, String beginning) {
        List<StatementUsage> found = seen.top().stream()
                .filter(one -> database.equals(one.datname()))
                .filter(one -> one.query() != null && one.query().startsWith(beginning))
                .toList();
        assertThat(found).as(seen.top().toString()).hasSize(1);
        return found.getFirst();
    }

    private static List<Finding> evaluate(StatementStatistics seen, Target target) {
        return Evaluating.evaluate(CHECK, seen, target);
    }
}
