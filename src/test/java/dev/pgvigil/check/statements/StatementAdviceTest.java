package dev.pgvigil.check.statements;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.statements.StatementStatistics.Totals;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StatementAdviceTest {

    private static final Statements CHECK = StatementsTest.CHECK;
    private static final String SORT =
            "select count(*) from (select g from generate_series(1, 300000) g order by g % 7, g offset 1) x";

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void advisesMoreMemoryUntilNothingSpills(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = StatementsTest.withExtension(server);
        Target target = Evaluating.target(database);
        try (Collecting collecting = Collecting.of(server, database);
                Connection client = server.jdbc(database)) {
            collecting.collect(CHECK);
            StatementsTest.run(client, 1, "set work_mem = '64kB'");
            StatementsTest.run(client, 12, SORT);
            Finding found = Evaluating.one(CHECK, collecting.collect(CHECK), target);

            assertThat(found.key()).isEqualTo("statements/spill");
            assertThat(found.status()).isEqualTo(Status.HEALTHY);
            assertThat(found.sql()).isEqualTo("alter role \"postgres\" set work_mem = '64MB'");

            StatementsTest.run(client, 1, "set work_mem = '64MB'");
            StatementsTest.run(client, 3, SORT);
            assertThat(Evaluating.evaluate(CHECK, collecting.collect(CHECK), target))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void advisesOneStatementInPlaceOfOneForEachRow(int major) throws SQLException {
        // Of its own: it is about the share of all calls.
        try (PgServer server = PgServer.start(major)) {
            String database = StatementsTest.withExtension(server);
            server.sqlIn(
                    database,
                    "create table rooms (id int primary key, house int)",
                    "insert into rooms select g, g / 20 from generate_series(1, 2000) g",
                    "analyze rooms");
            Target target = Evaluating.target(database);
            try (Collecting collecting = Collecting.of(server, database);
                    Connection client = server.jdbc(database)) {
                // Texts are read with the first collection.
                list(client, 1);
                collecting.collect(CHECK);
                list(client, 30);
                Finding found = Evaluating.one(CHECK, collecting.collect(CHECK), target);
                assertThat(found.key()).isEqualTo("statements/n-plus-one");
                assertThat(found.status()).isEqualTo(Status.HEALTHY);
                assertThat(found.evidence())
                        .extracting(row -> String.valueOf(row.get("query")))
                        .satisfiesExactly(
                                lookup -> assertThat(lookup).contains("where id ="),
                                list -> assertThat(list).contains("where house ="));

                StatementsTest.run(client, 300, "select house from rooms where id = 77");
                StatementsTest.run(client, 30, "select id from rooms where house = 7");
                StatementsTest.run(client, 250, "select house from rooms where id = 78");
                StatementsTest.run(client, 30, "select id from rooms where house = 8");
                StatementsTest.run(client, 250, "select house from rooms where id = 79");
                assertThat(Evaluating.evaluate(CHECK, collecting.collect(CHECK), target))
                        .as("lookups of single rows, and some lists")
                        .isEmpty();

                StatementsTest.run(
                        client, 30, "select a.id, b.house from rooms a join rooms b using (id) where a.house = 7");
                assertThat(Evaluating.evaluate(CHECK, collecting.collect(CHECK), target))
                        .isEmpty();
            }
        }
    }

    private static void list(Connection client, int times) throws SQLException {
        for (int i = 0; i < times; i++) {
            StatementsTest.run(client, 1, "select id from rooms where house = " + (1 + i % 90));
            StatementsTest.run(client, 20, "select house from rooms where id = " + (1 + i));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // calls and milliseconds of the lookup, calls and rows of the list, calls of all
        "600, 60, 30, 600, 1200, true",
        "600, 60, 30, 571, 1200, true",
        "600, 60, 30, 569, 1200, false",
        "600, 60, 30, 631, 1200, false",
        "600, 60, 30, 600, 1201, false",
        "600, 600, 30, 600, 1200, true",
        "600, 601, 30, 600, 1200, false",
        "600, 60, 120, 600, 1200, true",
        "600, 60, 121, 600, 1200, false",
        "599, 60, 30, 600, 1000, false",
    })
    void isGivenOnOneCallForEachRow(long calls, double ms, long lists, long rows, long all, boolean advised) {
        StatementUsage lookup = usage("select a from t where id = $1", "app", calls, ms, 0, calls, 0);
        StatementUsage list = usage("select id from t where b = $1", "app", lists, 1, 0, rows, 0);

        assertThat(keys(List.of(lookup, list), all, "shop"))
                .isEqualTo(advised ? List.of("statements/n-plus-one") : List.of());
    }

    @ParameterizedTest
    @CsvSource({
        // query, calls, total_ms, plan_ms, rows, temp blocks; of the interval and in all
        "select a from t order by b, 10, 900, 0, 10, 5120, statements/spill",
        "select a from t order by b, 10, 900, 0, 10, 5110, ",
        "select a from t order by b, 9, 900, 0, 10, 5120, ",
        "create table x as select a from t, 10, 900, 0, 10, 5120, ",
        "select * from t, 10, 900, 0, 100000, 0, statements/many-rows",
        "select * from t, 10, 900, 0, 99999, 0, ",
        "select * from t limit $1, 10, 900, 0, 100000, 0, ",
        "update t set a = $1, 10, 900, 0, 100000, 0, ",
        "select * from p where a = $1, 100, 700, 701, 100, 0, statements/planning",
        "select * from p where a = $1, 100, 701, 700, 100, 0, ",
        "select * from p where a = $1, 100, 1, 599, 100, 0, ",
    })
    void isGivenFromTheThresholds(
            String query, long calls, double total, double plan, long rows, long temp, @Nullable String key) {
        StatementUsage one = usage(query, "app", calls, total, plan, rows, temp);

        assertThat(keys(one, "shop")).isEqualTo(key == null ? List.of() : List.of(key));
        assertThat(keys(one, "other")).isEmpty();
        assertThat(keys(usage(query, "pgvigil", calls, total, plan, rows, temp), "shop"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1000, 8", "4194304, 8", "4194305, 16", "1e9, 256"})
    void suggestsTwiceAsMuchMemory(double bytes, long megabytes) {
        assertThat(StatementAdvice.workMem(bytes)).isEqualTo(megabytes);
    }

    private static List<String> keys(StatementUsage one, String database) {
        return keys(List.of(one), 1_000_000, database);
    }

    private static List<String> keys(List<StatementUsage> all, long calls, String database) {
        StatementStatistics none = StatementsTest.seen("top", 60, 5, null);
        StatementStatistics seen = new StatementStatistics(
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
                new Totals(calls, 1, 0, 1, 1, 1, 0, 0, 0, 0),
                none.counted(),
                all,
                List.of(),
                List.of());
        return Evaluating.evaluate(CHECK, seen, Evaluating.target(database)).stream()
                .map(Finding::key)
                .toList();
    }

    private static StatementUsage usage(
            String query, String user, long calls, double total, double plan, long rows, long temp) {
        return new StatementUsage(
                "11",
                "shop",
                user,
                true,
                query,
                List.of(),
                calls,
                total,
                50,
                total / calls,
                null,
                plan,
                rows,
                0,
                0,
                0,
                0,
                0,
                temp,
                0,
                0,
                0,
                0,
                false,
                calls,
                total,
                rows,
                0,
                0,
                temp);
    }
}
