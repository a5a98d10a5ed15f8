package dev.pgvigil.history;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.time.Duration;
import java.util.List;
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

    /** Takes the store out of the configuration; set by {@link StoredServers}. */
    @Nullable
    Runnable removeStore;

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

    @Test
    @Order(5)
    void servesTheLastHourFromMemoryOnceTheStoreIsRemoved() {
        assertThat(removeStore).isNotNull();
        removeStore.run();
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(get(DATABASE + "/history?series=up").getString("range.source"))
                                .isEqualTo("memory"));
        JsonPath changes = get(DATABASE + "/audit");
        assertThat(changes.getString("source")).isEqualTo("none");
        assertThat(changes.getList("rows")).isEmpty();
        assertThat(given().get("/metrics").asString()).doesNotContain("pgvigil_store_");
    }
}
