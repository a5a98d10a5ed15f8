package dev.pgvigil.check.statements;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
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
                none.interval(),
                none.counted(),
                List.of(one),
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
