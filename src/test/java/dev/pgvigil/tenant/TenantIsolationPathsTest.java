package dev.pgvigil.tenant;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The report over HTTP, where nothing is known; {@link MarkdownReportTest} has its content. */
@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class TenantIsolationPathsTest {

    private static final String REPORT = "/api/v1/databases/shop/tenant-isolation";

    @Inject
    Fleet fleet;

    @BeforeEach
    void fill() {
        SampleFleet.mixed().into(fleet);
    }

    @AfterEach
    void clear() {
        SampleFleet.nothing().into(fleet);
    }

    @Test
    void isInconclusiveWithoutObservation() {
        TokenProfile.with()
                .get(REPORT)
                .then()
                .statusCode(200)
                .body("database_name", equalTo("shop"))
                .body("verdict", equalTo("inconclusive"))
                .body("observed", nullValue())
                .body("digest", nullValue());
        TokenProfile.with()
                .get(REPORT + "/report")
                .then()
                .statusCode(200)
                .header("Content-Type", containsString("text/markdown"))
                .body(containsString("verdict inconclusive"));
    }

    @Test
    void shortFormServesTheSame() {
        TokenProfile.with()
                .get("/api/database/tenant-isolation?name=shop")
                .then()
                .statusCode(200)
                .body("database_name", equalTo("shop"));
    }

    @Test
    void wantsTokenAndKnownDatabase() {
        RestAssured.given().get(REPORT).then().statusCode(401);
        TokenProfile.with()
                .get("/api/v1/databases/no-such/tenant-isolation")
                .then()
                .statusCode(404);
    }
}
