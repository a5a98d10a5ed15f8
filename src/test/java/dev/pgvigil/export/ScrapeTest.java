package dev.pgvigil.export;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Metrics;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ScrapeTest {

    @Test
    void the_exposition_holds_to_its_format() throws IOException, InterruptedException {
        String text = text();
        Exposition exposition = Exposition.parse(text);

        assertThat(exposition.types()).containsEntry("pgvigil_build_info", "gauge");
        assertThat(exposition.series().keySet()).anyMatch(series -> series.startsWith("jvm_memory_used_bytes"));
        Promtool.check(text);
    }

    @Test
    void pools_leave_nothing() {
        Metrics.counter("sql.pool.completed", "pool_name", "db1").increment();
        Metrics.counter("postgresql.reset", "client_name", "db1").increment();
        Metrics.counter("http.pool.rejected", "pool_name", "hooks").increment();
        Metrics.counter("worker.pool.test").increment();

        assertThat(Exposition.parse(text()).types().keySet())
                .contains("worker_pool_test_total")
                .noneMatch(name ->
                        name.startsWith("sql_") || name.startsWith("postgresql_") || name.startsWith("http_pool"));
    }

    @Test
    void clients_cannot_make_series_of_words() {
        for (int i = 0; i < 30; i++) {
            given().request("WORD" + i, "/there-is-no/" + i);
            given().get("/there-is-no/" + i + "?password=hunter2");
        }
        Set<String> requests = Exposition.parse(text()).series().keySet();

        assertThat(requests).noneMatch(series -> series.contains("WORD") || series.contains("there-is-no"));
        assertThat(requests.stream().filter(series -> series.startsWith("http_server_requests_seconds_count")))
                .hasSizeBetween(1, 15);
    }

    private static String text() {
        return given().accept("text/plain")
                .get("/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }
}
