package dev.pgvigil.check.statements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.statements.StatementRegression.Cause;
import dev.pgvigil.check.statements.StatementRegression.Levels;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StatementRegressionTest {

    private static final Statements CHECK = StatementsTest.CHECK;
    private static final StatementKey KEY = new StatementKey(10, 1, 11, true);

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsStatementWhoseIndexWasDroppedUntilItIsBack(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = StatementsTest.withExtension(server);
        Target target = Evaluating.target(database, Map.of(Statements.REGRESSION_INTERVALS.key(), 5.0));
        server.sqlIn(
                database,
                "create table guests (id int, email text)",
                "insert into guests select g, 'guest' || g || '@example.com' from generate_series(1, 50000) g",
                "create index guests_email on guests (email)",
                "vacuum analyze guests");
        try (Collecting collecting = Collecting.of(server, database);
                Connection client = server.jdbc(database)) {
            collecting.collect(CHECK);
            for (int i = 0; i < 8; i++) {
                assertThat(findings(collecting, client, target)).isEmpty();
            }
            server.sqlIn(database, "drop index guests_email");
            assertThat(findings(collecting, client, target)).isEmpty();
            findings(collecting, client, target);
            Finding found = findings(collecting, client, target).getFirst();

            assertThat(found.key()).isEqualTo("statements/regression");
            assertThat(found.status()).isEqualTo(Status.DEGRADED);
            assertThat(found.cause()).isEqualTo(Cause.MORE_BLOCKS.explanation());
            assertThat(found.evidence().getFirst().get("query")).asString().startsWith("select id from guests");
            assertThat(found.observed()).contains("Welch's t").contains("75 calls against");

            server.sqlIn(database, "create index guests_email on guests (email)", "vacuum analyze guests");
            // the first interval may contain the planning after the change; one of the last three that is fast ends the
            // finding
            boolean gone = false;
            for (int i = 0; i < 3 && !gone; i++) {
                gone = findings(collecting, client, target).isEmpty();
            }
            assertThat(gone).isTrue();
        }
    }

    private static List<Finding> findings(Collecting collecting, Connection client, Target target) throws SQLException {
        StatementsTest.run(client, 25, "select id from guests where email = 'guest77@example.com'");
        return Evaluating.evaluate(CHECK, collecting.collect(CHECK), target);
    }

    @Test
    void isSilentBeforeThereIsABaseline() {
        StatementHistory history = new StatementHistory(1, new MemoryBudget(1 << 20));
        AtomicReference<Levels> levels = new AtomicReference<>();
        for (int i = 0; i < 5; i++) {
            add(history, 100, i < 3 ? 1 : 50);
            history.compare((key, found) -> levels.set(found));
        }
        assertThat(levels).hasNullValue();
    }

    @Test
    void keepsTheBaselineWhileTheRegressionLastsAndAcceptsItAfterADay() {
        StatementHistory history = new StatementHistory(1, new MemoryBudget(1 << 20));
        AtomicReference<Levels> levels = new AtomicReference<>();
        for (int i = 0; i < 20; i++) {
            add(history, 100, 1 + i % 3 * 0.01);
        }
        for (int i = 0; i < 280; i++) {
            add(history, 100, 10);
        }
        history.compare((key, found) -> levels.set(found));
        assertThat(levels.get().factor()).isCloseTo(10, within(0.3));
        for (int i = 0; i < 40; i++) {
            add(history, 100, 10);
        }
        history.compare((key, found) -> levels.set(found));
        assertThat(levels.get().factor()).isCloseTo(1, within(0.1));
    }

    @Test
    void intervalsWithFewCallsSayNothing() {
        StatementHistory history = new StatementHistory(1, new MemoryBudget(1 << 20));
        AtomicReference<Levels> levels = new AtomicReference<>();
        for (int i = 0; i < 50; i++) {
            add(history, StatementHistory.CALLS - 1, i < 40 ? 1 : 50);
        }
        history.compare((key, found) -> levels.set(found));
        assertThat(levels).hasNullValue();
    }

    @Test
    void historyStaysWithinItsBudgetAndGivesItBack() {
        MemoryBudget budget = new MemoryBudget(1 << 20);
        StatementHistory history = new StatementHistory(1, budget);
        for (int i = 0; i < 3 * StatementHistory.MOST; i++) {
            history.add(Map.of(), List.of(new StatementKey(1, 1, i, true)), 1, 60);
        }
        assertThat(budget.used()).isPositive().isLessThan(StatementHistory.MOST * 6000L);
        history.release();
        assertThat(budget.used()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "2.0, 4.0, 12, 0.01, HEALTHY",
        "1.9, 4.0, 12, 0.01, ",
        "2.0, 3.9, 12, 0.01, ",
        "2.0, 4.0, 11, 0.01, ",
        "2.0, 4.0, 12, 0.009, ",
        "2.0, 4.0, 12, 0.2, DEGRADED",
    })
    void isAFindingFromTheThresholds(double factor, double z, int intervals, double share, Status status) {
        StatementRegression one = regression(factor, z, intervals, share, "app");
        List<Finding> findings = Evaluating.evaluate(CHECK, seen(one), Evaluating.target("shop"));

        assertThat(findings.stream().map(Finding::status).toList())
                .isEqualTo(status == null ? List.of() : List.of(status));
        assertThat(Evaluating.evaluate(CHECK, seen(one), Evaluating.target("other")))
                .isEmpty();
    }

    @Test
    void pgvigilsOwnStatementsAreNoFinding() {
        assertThat(Evaluating.evaluate(CHECK, seen(regression(9, 9, 30, 0.5, "pgvigil")), Evaluating.target("shop")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "10, 100, 0, 0, 0, 0, MORE_ROWS",
        "1, 100, 0, 0, 50, 0, SPILL",
        "1, 400, 0, 0, 0, 0, MORE_BLOCKS",
        "1, 60, 40, 0, 0, 0, CACHE_MISSES",
        "1, 98, 2, 5, 0, 0, STORAGE",
        "1, 98, 2, 0.2, 0, 900, MORE_WAL",
        "1, 98, 2, 0.2, 0, 0, OTHER",
    })
    void classifiesTheCause(double rows, double hit, double read, double readMs, double temp, double wal, Cause cause) {
        StatementBucket before = new StatementBucket(1, 5, 0, 1, 98, 2, 0.2, 0, 100, 100, 60);
        StatementBucket now = new StatementBucket(1, 10, 0, rows, hit, read, readMs, temp, wal, 100, 60);

        assertThat(StatementRegression.cause(before, now)).isEqualTo(cause);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select * from guests where id = $1|ORDINARY",
                "INSERT INTO guests (id) values ($1)|ORDINARY",
                "with x as (select 1) select * from x|ORDINARY",
                "insert into guests (id, email) select id, email from staging|BULK",
                "insert into guests select * from staging|BULK",
                "COPY guests from stdin|BULK",
                "create unique index concurrently a on b (c)|BULK",
                "vacuum (analyze) guests|BULK",
                "create table a as select * from b|BULK",
                "refresh materialized view sums|BULK",
                "begin|UTILITY",
                "set work_mem = ?|UTILITY",
            })
    void tellsBulkOperationsApart(String text, StatementText.Kind kind) {
        assertThat(StatementText.of(text).kind()).isEqualTo(kind);
    }

    private static void add(StatementHistory history, int calls, double mean) {
        double[] growth = new double[Counter.COUNT];
        growth[Counter.CALLS.place()] = calls;
        growth[Counter.EXEC_TIME.place()] = calls * mean;
        history.add(
                Collections.singletonMap(KEY, new StatementTracker.Ran(KEY, growth, growth, false)),
                List.of(KEY),
                calls * mean,
                60);
    }

    private static StatementStatistics seen(StatementRegression one) {
        StatementStatistics none = StatementsTest.seen("top", 60, 5, null);
        return new StatementStatistics(
                none.extensionVersion(),
                none.database(),
                none.track(),
                true,
                10,
                5000L,
                true,
                0,
                null,
                false,
                null,
                60,
                none.interval(),
                none.counted(),
                List.of(),
                List.of(one),
                List.of());
    }

    private static StatementRegression regression(double factor, double z, int intervals, double share, String user) {
        return new StatementRegression(
                "11",
                "shop",
                user,
                "select 1",
                intervals,
                1,
                factor,
                factor,
                z,
                9.0,
                100,
                100,
                share,
                Cause.OTHER,
                1,
                1,
                10,
                10,
                1,
                1);
    }
}
