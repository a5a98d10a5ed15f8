package dev.pgvigil.history;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The service with a store: what it keeps is read over HTTP; without it the last hour is left. */
@Tag("service")
@QuarkusTest
@TestProfile(StoredServers.Profile.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StoredHistoryTest {

    private static final String DATABASE = "/api/v1/databases/shop";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Whether the store is in the configuration; set by {@link StoredServers}. */
    @Nullable
    Consumer<Boolean> stored;

    /** The first value of a query in the store; set by {@link StoredServers}. */
    @Nullable
    UnaryOperator<String> inStore;

    private static JsonPath get(String path) {
        return given().get(path).then().statusCode(200).extract().jsonPath();
    }

    @Test
    @Order(1)
    void servesChangesFromTheStore() {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(
                                get(DATABASE + "/audit?check_type=status").getList("rows.metrics.to", String.class))
                        .contains("healthy"));
        JsonPath all = get(DATABASE + "/audit");
        assertThat(all.getString("rows[-1].check_type")).isEqualTo("status");
        assertThat(all.getString("rows[-1].metrics.from")).isEqualTo("unknown");
        assertThat(all.getList("rows[-1].alerts")).isEmpty();
        given().get("/api/v1/databases/nobody/audit").then().statusCode(404);
        given().get(DATABASE + "/audit?before=x").then().statusCode(400);
    }

    @Test
    @Order(2)
    void servesEachChangeOnceInParts() {
        List<String> ids = get(DATABASE + "/audit?limit=1000").getList("rows.id", String.class);
        assertThat(ids).isNotEmpty();
        String to = get(DATABASE + "/audit?limit=1").getString("to");
        String next = "";
        int parts = 0;
        while (next != null && parts < 1_000) {
            JsonPath part = get(DATABASE + "/audit?limit=1&to=" + to + next);
            List<String> found = part.getList("rows.id", String.class);
            if (!found.isEmpty()) {
                parts++;
            }
            String place = part.getString("next");
            next = place == null ? null : "&before=" + place;
        }
        assertThat(parts).isGreaterThanOrEqualTo(ids.size());
    }

    @Test
    @Order(3)
    void servesHistoryFromTheStore() {
        await().atMost(LIMIT).untilAsserted(() -> {
            JsonPath answer = get(DATABASE + "/history?series=up&series=response_time");
            assertThat(answer.getString("range.source")).isEqualTo("store");
            assertThat(answer.getString("range.level")).isEqualTo("raw");
            assertThat(answer.getList("range.series.name", String.class)).containsExactly("up", "response_time");
            assertThat(answer.getList("range.series[1].points")).isNotEmpty();
            assertThat(answer.getFloat("range.series[1].points[0].mean")).isPositive();
        });
        assertThat(get(DATABASE + "/history?from=2026-01-01T00:00:00Z").getString("range.level"))
                .isEqualTo("hour");
    }

    @Test
    @Order(4)
    void showsTheStoreInTheDetailedHealthAndTheMetrics() {
        JsonPath health = given().get("/health/detailed").then().extract().jsonPath();
        assertThat(health.getString("checks.find { it.name == 'store' }.status"))
                .isEqualTo("UP");
        assertThat(health.getString("checks.find { it.name == 'store' }.data.mode"))
                .isEqualTo("writing");
        assertThat(given().get("/metrics").asString())
                .contains("pgvigil_store_up 1.0", "pgvigil_store_rows_lost_total{kind=\"audit\",} 0.0");
    }

    /** Weeks of hours, in which the database grew by a fifth each day; connections were as always. */
    @Test
    @Order(5)
    void servesTrendsOfWeeksFromTheStore() {
        assertThat(inStore).isNotNull();
        var _ = inStore.apply("""
                WITH made AS MATERIALIZED (SELECT pgvigil.ensure_partition('history_1h', now() - day * interval '1 day')
                  FROM generate_series(1, 43) AS day)
                SELECT count(*) FROM made
                """);
        var _ = inStore.apply("""
                WITH added AS (INSERT INTO pgvigil.history_1h
                    (target, at, up_count, up_sum, up_min, up_max, connections_count, connections_sum, connections_min, connections_max,
                     database_size_count, database_size_sum, database_size_min, database_size_max)
                  SELECT t.id, hour, 1, 1, 1, 1, 1, 20, 20, 20, 1, size, size, size
                  FROM pgvigil.target t, generate_series(date_trunc('hour', now()) - interval '42 days',
                      date_trunc('hour', now()) - interval '2 hours', interval '1 hour') AS hour,
                    LATERAL (SELECT 1e10 * 1.2 ^ (extract(epoch FROM hour - now()) / 86400)) AS s(size)
                  WHERE t.name = 'shop' ON CONFLICT DO NOTHING RETURNING 1)
                SELECT count(*) FROM added
                """);

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(
                                get(DATABASE + "/trends").getInt("series.find { it.name == 'database_size' }.days"))
                        .isGreaterThanOrEqualTo(40));
        JsonPath trends = get(DATABASE + "/trends");
        assertThat(trends.getString("source")).isEqualTo("store");
        String size = "series.find { it.name == 'database_size' }.";
        assertThat(trends.getDouble(size + "growth.per_day_ratio")).isBetween(0.19, 0.21);
        assertThat(trends.getInt(size + "forecast.trials")).isGreaterThanOrEqualTo(10);
        assertThat(trends.getDouble(size + "forecast.error_p90")).isPositive();
        assertThat(trends.getDouble("series.find { it.name == 'connections' }.growth.per_day_ratio"))
                .isZero();
        assertThat(trends.getList("series.find { it.name == 'response_time' }.silent", String.class))
                .hasSize(3);
        assertThat(trends.getList("findings.key", String.class)).contains("trends/database-size-growth");
        assertThat(given().get("/metrics").asString())
                .containsPattern("pgvigil_trend_growing\\{[^}]*series=\"database_size\"[^}]*} 1\\.0");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(
                                get(DATABASE + "/audit?check_type=trends").getList("rows.alerts[0].key", String.class))
                        .contains("trends/database-size-growth"));
    }

    /** Hours that another process kept, before this one. */
    @Test
    @Order(6)
    void showsBudgetAndBurnRateOfHoursFromTheStore() {
        assertThat(inStore).isNotNull();
        var _ = inStore.apply("""
                WITH made AS MATERIALIZED (SELECT pgvigil.ensure_partition('slo_hour', now() - day * interval '1 day')
                  FROM generate_series(0, 32) AS day)
                SELECT count(*) FROM made
                """);
        var _ = inStore.apply("""
                WITH added AS (INSERT INTO pgvigil.slo_hour (at, target, slo, good, bad, excluded, excluded_bad)
                  SELECT date_trunc('hour', now()) - back * interval '1 hour', t.id, 'availability', 3600 - bad, bad, 0, 0
                  FROM pgvigil.target t, generate_series(2, 720) AS back, LATERAL (SELECT CASE back WHEN 100 THEN 360 ELSE 0 END) AS b(bad)
                  WHERE t.name = 'shop' ON CONFLICT DO NOTHING RETURNING 1)
                SELECT count(*) FROM added
                """);

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(
                                get("/api/v1/slos/availability?target=shop").getString("history_source"))
                        .isEqualTo("store"));
        JsonPath slo = get("/api/v1/slos/availability?target=shop");
        assertThat(slo.getList("history")).hasSizeGreaterThan(700);
        // A tenth of an hour is a hundred times what the objective allows.
        assertThat(slo.getList("history.burn_rate", Double.class)).contains(100.0);
        assertThat(given().get("/slos?slo=availability&target=shop").asString())
                .contains(
                        "Burn rate of availability on shop",
                        "at most 100 times the rate",
                        "by the hour, from the store");
    }

    @Test
    @Order(7)
    void servesTheLastHourFromMemoryOnceTheStoreIsRemoved() {
        assertThat(stored).isNotNull();
        stored.accept(false);
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(get(DATABASE + "/history?series=up").getString("range.source"))
                                .isEqualTo("memory"));
        JsonPath changes = get(DATABASE + "/audit");
        assertThat(changes.getString("source")).isEqualTo("none");
        assertThat(changes.getList("rows")).isEmpty();
        assertThat(given().get("/metrics").asString()).doesNotContain("pgvigil_store_");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(get(DATABASE + "/trends").getString("computed_at"))
                        .isNull());
        assertThat(get(DATABASE + "/trends").getString("source")).isEqualTo("none");
        assertThat(given().get("/slos?slo=availability&target=shop").asString()).contains("from memory");
        stored.accept(true);
    }
}
