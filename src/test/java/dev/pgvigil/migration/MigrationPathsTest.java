package dev.pgvigil.migration;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expected migrations and the comparison of the fleet over HTTP. */
@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class MigrationPathsTest {

    private static final String EXPECTED = "/api/v1/databases/shop/migrations/expected";

    @Inject
    Fleet fleet;

    @BeforeEach
    void fill() {
        SampleFleet.mixed().into(fleet);
    }

    @AfterEach
    void clear() {
        TokenProfile.with().delete(EXPECTED);
        SampleFleet.nothing().into(fleet);
    }

    @Test
    void keepsWhatIsPostedUntilItIsDeleted() {
        TokenProfile.with().get(EXPECTED).then().statusCode(200).body("source", equalTo("none"));

        put("{\"expected\": [\"1\", \"2\"]}")
                .then()
                .statusCode(200)
                .body("source", equalTo("posted"))
                .body("posted_at", notNullValue())
                .body("expected", contains("1", "2"))
                .body("kept", containsString("in memory"));
        TokenProfile.with().get(EXPECTED).then().body("expected", contains("1", "2"));

        TokenProfile.with()
                .delete(EXPECTED)
                .then()
                .statusCode(200)
                .body("source", equalTo("none"))
                .body("posted_at", nullValue())
                .body("expected", empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{}",
                "{\"expected\": null}",
                "{\"expected\": [null]}",
                "{\"expected\": [\" \"]}",
                "{\"expected\": [{}]}",
                "{\"expected\": [], \"tool\": 1}",
                "[\"1\"]",
            })
    void refusesOtherBodies(String body) {
        put(body).then().statusCode(400).contentType("application/problem+json");
    }

    @Test
    void boundsTheVersions() {
        String many = IntStream.range(0, 3001).mapToObj(i -> "\"" + i + "\"").collect(Collectors.joining(","));
        put("{\"expected\": [" + many + "]}").then().statusCode(400);
        put("{\"expected\": [\"" + "x".repeat(301) + "\"]}").then().statusCode(400);
        put("{\"expected\": [\"" + "x".repeat(300) + "\"]}").then().statusCode(200);
    }

    @Test
    void wantsATokenAndAKnownDatabase() {
        RestAssured.given()
                .contentType(ContentType.JSON)
                .body("{\"expected\": [\"1\"]}")
                .put(EXPECTED)
                .then()
                .statusCode(401);
        TokenProfile.with()
                .contentType(ContentType.JSON)
                .body("{\"expected\": [\"1\"]}")
                .put("/api/v1/databases/no-such/migrations/expected")
                .then()
                .statusCode(404);
        TokenProfile.with().get(EXPECTED).then().body("source", equalTo("none"));
    }

    @Test
    void comparesVersionsOfTheFleet() {
        TokenProfile.with()
                .get("/api/v1/migrations")
                .then()
                .statusCode(200)
                .body("histories.tool", contains("flyway"))
                .body("histories[0].uniform", equalTo(true))
                .body("histories[0].versions[0].version", equalTo("7"))
                .body("histories[0].versions[0].databases", contains("shop"))
                .body("unknown", hasItem("young"))
                .body("unknown", not(hasItem("shop")));
        TokenProfile.with()
                .get("/migrations")
                .then()
                .statusCode(200)
                .body(containsString("flyway, public.flyway_schema_history"))
                .body(containsString("href=\"/database?tab=migrations&amp;name=shop\""));
    }

    private static Response put(String body) {
        return TokenProfile.with().contentType(ContentType.JSON).body(body).put(EXPECTED);
    }
}
