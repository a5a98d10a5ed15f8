package dev.pgvigil.check.custom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.custom.Results.Result;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PostgresExporterTablesTest {

    private static final PostgresExporterTables CHECK = new PostgresExporterTables();

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void exportsTablesOfTheDatabase(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.sqlIn(
                database,
                "create table orders (id int primary key, note text)",
                "insert into orders select i, 'x' from generate_series(1, 1000) i",
                "delete from orders where id <= 100");
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            // Counts of another session that come later would be added to those of vacuum.
            server.sqlIn(database, "vacuum analyze orders");
            try (Collecting collecting = Collecting.of(server, database)) {
                Results results = collecting.collect(CHECK);
                assertThat(results.queries()).extracting(Result::failure).allMatch(Objects::isNull);
                var metrics = RecordedMetrics.of(CHECK, results);
                String[] orders = {"datname", database, "schemaname", "public", "relname", "orders"};
                assertThat(RecordedMetrics.value(metrics, "pg_stat_user_tables_n_tup_ins", orders))
                        .isEqualTo(1000);
                assertThat(RecordedMetrics.value(metrics, "pg_stat_user_tables_n_live_tup", orders))
                        .isEqualTo(900);
                assertThat(RecordedMetrics.value(metrics, "pg_stat_user_tables_last_vacuum", orders))
                        .isGreaterThan(1.7e9);
                assertThat(RecordedMetrics.value(metrics, "pg_stat_user_tables_table_size_bytes", orders))
                        .isGreaterThan(8192);
                assertThat(RecordedMetrics.value(metrics, "pg_stat_user_tables_index_size_bytes", orders))
                        .isPositive();
                assertThat(RecordedMetrics.value(metrics, "pg_statio_user_tables_heap_blocks_hit", orders))
                        .isPositive();
            }
        });
    }
}
