package dev.pgvigil.check.custom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.custom.Results.Result;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CustomSqlTest {

    private static final CustomSql CHECK = new CustomSql();

    private static final String SHOP = """
            bookings:
              query: |
                select state, count(*) as today, max(made_at) as newest, sum(price) as revenue_total, true as open
                from bookings group by state;
              interval: 1s
              metrics:
                - state: { usage: LABEL, description: "State" }
                - today: { usage: GAUGE, description: "Bookings of today" }
                - newest: { usage: GAUGE, description: "Time of the newest" }
                - revenue_total: { usage: COUNTER, description: "Revenue" }
                - open: { usage: GAUGE, description: "Whether bookings are open" }
              thresholds:
                - metric: today
                  below: { degraded: 2, unhealthy: 0 }
                  action: Call the vendors.
            """;

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void turnsRowsIntoMetricsAndThresholdsIntoFindings(int major) {
        PgServer server = PgServer.shared(major);
        String database = shop(server);
        Target target = Queries.target(database, SHOP);
        try (Collecting collecting = Collecting.of(server, database)) {
            Results results = collecting.ask(session -> CHECK.collect(session, target));

            Result bookings = results.queries().getFirst();
            assertThat(bookings.failure()).isNull();
            assertThat(bookings.rows()).hasSize(2);
            Results.Sample open = bookings.rows().stream()
                    .filter(row -> row.labels().containsValue("open"))
                    .findFirst()
                    .orElseThrow();
            assertThat(open.values()).contains(entry("today", 3.0), entry("revenue_total", 60.5), entry("open", 1.0));
            assertThat(open.values().get("newest")).isEqualTo(1767225600.0);
            assertThat(RecordedMetrics.value(RecordedMetrics.of(CHECK, results), "bookings_today", "state", "open"))
                    .isEqualTo(3);

            Finding few = Evaluating.one(CHECK, results, target);
            assertThat(few.key()).isEqualTo("custom-sql/threshold/bookings_today");
            assertThat(few.status()).isEqualTo(Status.DEGRADED);
            assertThat(few.observed()).isEqualTo("bookings_today{state=cancelled} is 1");
            assertThat(few.action()).isEqualTo("Call the vendors.");

            server.sqlIn(
                    database,
                    "insert into bookings values ('cancelled', '2026-01-01Z', 1), ('cancelled', '2026-01-01Z', 1)");
            pause(1100);
            assertThat(Evaluating.evaluate(CHECK, collecting.ask(session -> CHECK.collect(session, target)), target))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsAFailingQueryAndRunsTheOthers(int major) {
        PgServer server = PgServer.shared(major);
        String database = shop(server);
        Target target = Queries.target(database, """
                broken: { query: select nothing from nowhere, metrics: [ { a: { usage: GAUGE } } ] }
                slow: { query: select pg_sleep(5), timeout: 100ms, metrics: [ { a: { usage: GAUGE } } ] }
                writing: { query: "create table written (id int)", metrics: [ { a: { usage: GAUGE } } ] }
                elsewhere: { query: select 1 as a, runonserver: "<10", metrics: [ { a: { usage: GAUGE } } ] }
                version: { query: show server_version_num, metrics: [ { server_version_num: { usage: GAUGE } } ] }
                many: { query: "select g as n from generate_series(1, 100000) g", metrics: [ { n: { usage: LABEL } } ] }
                """);
        try (Collecting collecting = Collecting.of(server, database)) {
            Results results = collecting.ask(session -> CHECK.collect(session, target));

            assertThat(results.queries())
                    .extracting(Result::query)
                    .containsExactly("broken", "slow", "writing", "elsewhere", "version", "many");
            assertThat(Evaluating.evaluate(CHECK, results, target))
                    .extracting(Finding::key)
                    .containsExactly("custom-sql/failed/broken", "custom-sql/failed/slow", "custom-sql/failed/writing");
            assertThat(results.queries().get(3).skipped()).startsWith("not on PostgreSQL");
            assertThat(results.queries().get(4).rows().getFirst().values().get("server_version_num"))
                    .isBetween(major * 10_000.0, major * 10_000.0 + 9_999);
            assertThat(results.queries().get(5).rows()).hasSize(QueryRunner.MOST_ROWS);
            assertThat(results.queries().get(5).complete()).isFalse();
            // What the queries set or began is undone.
            String timeout = collecting.ask(session -> session.row(
                    "select pg_catalog.current_setting('statement_timeout') as timeout",
                    row -> row.getString("timeout")));
            assertThat(timeout).isNotEqualTo("100ms");
            assertThat(server.valueIn(database, "select to_regclass('written')"))
                    .isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"9, ", "10, DEGRADED", "99, DEGRADED", "100, UNHEALTHY"})
    void comparesTheWorstRowWithTheThreshold(double value, Status status) {
        Target target = Queries.target("shop", """
                queue:
                  query: select 1
                  metrics: [ { topic: { usage: LABEL } }, { waiting: { usage: GAUGE } } ]
                  thresholds: [ { metric: waiting, above: { degraded: 10, unhealthy: 100 } } ]
                """);
        Results results = new Results(List.of(new Result(
                "queue",
                0,
                0,
                null,
                null,
                List.of(
                        new Results.Sample(java.util.Map.of("topic", "a"), java.util.Map.of("waiting", 1.0)),
                        new Results.Sample(java.util.Map.of("topic", "b"), java.util.Map.of("waiting", value))),
                true)));

        assertThat(Evaluating.evaluate(CHECK, results, target))
                .extracting(Finding::status)
                .isEqualTo(status == null ? List.of() : List.of(status));
    }

    @Test
    void limitsSelectsAndLeavesOtherStatements() {
        assertThat(QueryRunner.limited("select 1 -- one ;\n;"))
                .isEqualTo("select * from (select 1 -- one\n) as custom limit 1001");
        assertThat(QueryRunner.limited("SHOW server_version")).isEqualTo("SHOW server_version");
    }

    private static String shop(PgServer server) {
        String database = server.newDatabase("custom");
        server.sqlIn(
                database,
                "create table bookings (state text, made_at timestamptz, price numeric)",
                "insert into bookings values ('open', '2026-01-01Z', 10), ('open', '2025-12-31Z', 20.25),"
                        + " ('open', '2025-12-30Z', 30.25), ('cancelled', '2025-12-30Z', 5)",
                "grant select on bookings to public");
        return database;
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
