package dev.pgvigil.check.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Clients.Client;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.storage.TempFiles.Database;
import dev.pgvigil.check.storage.TempFiles.Live;
import dev.pgvigil.check.storage.TempFiles.Usage;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TempFilesTest {

    private static final TempFiles CHECK = new TempFiles();
    private static final Target SHOP = Evaluating.target("shop");

    @ParameterizedTest
    @CsvSource({
        "shop, 53687091199, 0, ",
        "shop, 53687091200, 0, temp-files/live",
        "crm, 53687091200, 0, ",
        ", 53687091200, 0, ",
        "shop, 1, 53687091199, ",
        "shop, 1, 53687091200, temp-files/hourly",
    })
    void reportsBySize(@Nullable String datname, long live, double hourly, @Nullable String key) {
        Usage usage = new Usage(
                List.of(new Live(7, datname, "app", "report", 2, live, "select ?")),
                List.of(new Database("shop", 5, 9, 3600, 5, hourly)),
                4 << 20);

        assertThat(Evaluating.evaluate(CHECK, usage, SHOP))
                .extracting(Finding::key)
                .isEqualTo(key == null ? List.of() : List.of(key));
    }

    @Test
    void exportsLiveAndWrittenFiles() {
        List<RecordedMetrics.Figure> figures = RecordedMetrics.of(
                CHECK,
                new Usage(
                        List.of(new Live(7, null, null, null, 2, 30, null), new Live(8, "shop", "a", "b", 2, 12, null)),
                        List.of(new Database("shop", 5, 9, 0, 0, 0)),
                        1));

        assertThat(RecordedMetrics.value(figures, "pgvigil_temp_files_live_bytes"))
                .isEqualTo(42);
        assertThat(RecordedMetrics.value(figures, "pgvigil_temp_files_bytes_total", "datname", "shop"))
                .isEqualTo(9);
    }

    @Test
    void reportsGrowthOfDatabaseThatFiftyOthersStoodBefore() throws SQLException {
        String database = "zoo";
        Target target = Evaluating.target(database, Map.of("temp-files.hourly", 1e6));
        try (PgServer server = PgServer.start(PgServer.majors().getLast())) {
            for (int i = 0; i < 50; i++) {
                server.sql("create database a" + i);
            }
            server.sql("create database " + database);
            try (Collecting asking = Collecting.of(server, database)) {
                assertThat(asking.collect(CHECK).databases())
                        .hasSize(50)
                        .extracting(Database::datname)
                        .doesNotContain(database);
                server.sqlIn(
                        database,
                        "set work_mem = '64kB'; select count(*) from (select i from generate_series(1, 300000) i order by i desc offset 1) x");

                Finding hourly = await().atMost(Duration.ofSeconds(30))
                        .until(
                                () -> Evaluating.evaluate(CHECK, asking.collect(CHECK), target),
                                findings -> !findings.isEmpty())
                        .getFirst();
                assertThat(hourly.key()).isEqualTo("temp-files/hourly");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsFilesWhileTheyExistAndAfterwards(int major) throws SQLException {
        String database = "postgres";
        Target target = Evaluating.target(database, Map.of("temp-files.live", 1e6, "temp-files.hourly", 1e6));
        // Of its own: of hundreds of databases only those that wrote most are read.
        try (PgServer server = PgServer.start(major);
                Collecting asking = Collecting.of(server, database);
                Clients clients = new Clients(server, database)) {
            asking.collect(CHECK);
            Client report = clients.inTransaction(
                    "report",
                    "set work_mem = '64kB'",
                    "declare c cursor for select i from generate_series(1, 300000) i order by i desc",
                    "fetch 1 from c");
            Finding live = Evaluating.one(CHECK, asking.collect(CHECK), target);
            assertThat(live.key()).isEqualTo("temp-files/live");
            assertThat(live.observed()).contains("pid " + report.pid() + ", user postgres, application report");
            report.run("close c");
            report.run("commit");

            Finding hourly = await().atMost(Duration.ofSeconds(30))
                    .until(
                            () -> Evaluating.evaluate(CHECK, asking.collect(CHECK), target),
                            findings -> !findings.isEmpty())
                    .getFirst();
            assertThat(hourly.key()).isEqualTo("temp-files/hourly");
            server.sqlIn(database, "select pg_stat_reset()");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                            .isEmpty());
        }
    }
}
