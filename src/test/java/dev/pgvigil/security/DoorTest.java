package dev.pgvigil.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import dev.pgvigil.testing.Guarded;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(Guarded.class)
class DoorTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health",
                "/health/live",
                "/health/ready",
                "/health/started",
                "/health/database",
                "/health/group/any",
                "/metrics",
                "/login"
            })
    void probesMetricsAndTheWayInAreOpen(String path) {
        assertThat(given().get(path).statusCode()).isNotIn(401, 403, 303);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/database",
                "/docs",
                "/openapi",
                "/health/detailed",
                "/health/group",
                "/api/v1/fleet",
                "/api/v1/databases/shop",
                "/api/v1/events",
                "/api/v1/configuration",
                "/api/database/status",
                "//metrics/../api/v1/fleet",
                "/metrics/%2e%2e/api/v1/fleet",
                "/no-such-path"
            })
    void allElseNeedsTheToken(String path) {
        given().urlEncodingEnabled(false)
                .get(path)
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", containsString("Bearer"))
                .contentType("application/problem+json")
                .body("status", equalTo(401));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer wrong-token-0123456789",
                "Bearer ",
                "Basic dGVzdDp0ZXN0",
                Guarded.TOKEN,
                "Bearer test-token-012345678"
            })
    void aWrongTokenIsRefusedAndNotRepeated(String authorization) {
        given().header("Authorization", authorization)
                .get("/api/v1/fleet")
                .then()
                .statusCode(401)
                .body(not(containsString("wrong-token")));
    }

    @Test
    void theTokenOpensEverything() {
        Guarded.with().get("/api/v1/fleet").then().statusCode(200);
        Guarded.with().get("/openapi").then().statusCode(200);
        Guarded.with().accept("text/html").get("/").then().statusCode(200);
    }

    @Test
    void aBrowserIsLedToTheFormAndGetsASessionThatIsNotTheToken() {
        given().redirects().follow(false).accept("text/html").get("/").then().statusCode(303);
        given().formParam("token", "wrong-token-0123456789")
                .post("/login")
                .then()
                .statusCode(401);
        Response in = given().redirects()
                .follow(false)
                .formParam("token", Guarded.TOKEN)
                .post("/login");
        assertThat(in.statusCode()).isEqualTo(303);
        String header = in.header("Set-Cookie");
        assertThat(header).contains("HttpOnly").contains("SameSite=Strict").doesNotContain(Guarded.TOKEN);
        String cookie = in.cookie(Session.COOKIE);
        given().cookie(Session.COOKIE, cookie)
                .accept("text/html")
                .get("/")
                .then()
                .statusCode(200);
        given().cookie(Session.COOKIE, cookie)
                .header("Sec-Fetch-Site", "cross-site")
                .get("/api/v1/fleet")
                .then()
                .statusCode(401);
        given().cookie(Session.COOKIE, cookie + "x").get("/api/v1/fleet").then().statusCode(401);
    }

    @Test
    void answersTellBrowsersToBeCareful() {
        Guarded.with()
                .get("/")
                .then()
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", containsString("frame-ancestors 'none'"))
                .header("Content-Security-Policy", not(containsString("unsafe-inline")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.7"})
    void withoutATokenNobodyElseMayComeIn(String host) {
        assertThatThrownBy(() -> ListenAddress.requireLoopback(host))
                .hasMessageContaining("listening on " + host + " needs a token: set PGVIGIL_TOKEN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "127.3.2.1"})
    void thisMachineMay(String host) {
        assertThatCode(() -> ListenAddress.requireLoopback(host)).doesNotThrowAnyException();
    }
}
