package dev.pgvigil.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.testing.RawHttp;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class ProblemsTest {

    @Inject
    Fleet fleet;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nope",
                "/api",
                "/api/v1/nope",
                "/api/v1/fleet/x",
                "/api/v1/databases/a/b/c",
                "/api/v2/fleet",
                "/webjars/nope.js",
                "/q/dev",
                "/index.html",
                "/META-INF/openapi.yaml",
                "/application.properties"
            })
    void unknownPathsReturnProblems(String path) {
        problem(TokenProfile.with().get(path), 404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/fleet?x=1|unknown query parameter \"x\"; this path takes none",
                "/api/v1/databases?regoin=eu|unknown query parameter \"regoin\"; known: after, limit, region, status, tag",
                "/api/v1/databases?status=down|query parameter status is \"down\"; allowed: healthy, unknown, degraded, unhealthy",
                "/api/v1/databases?limit=0|query parameter limit is \"0\"; allowed: a whole number from 1 to 1000",
                "/api/v1/databases?limit=-1|query parameter limit is \"-1\"; allowed: a whole number from 1 to 1000",
                "/api/v1/databases?limit=9999999999|query parameter limit is \"9999999999\"; allowed: a whole number from 1 to 1000",
                "/api/v1/databases?limit=1&limit=2|query parameter limit is given 2 times; allowed: once",
                "/api/v1/databases?region=|query parameter region is empty",
                "/api/v1/databases/x/status?fresh=yes|query parameter fresh is \"yes\"; allowed: true or false",
                "/api/v1/databases/x/status?fresh=true&retries=6|query parameter retries is \"6\"; allowed: a whole number from 0 to 5",
                "/api/v1/databases/x/status?retries=1|query parameter retries needs fresh=true",
                "/api/v1/events?beat=true|unknown query parameter \"beat\"; known: beats, target",
                "/api/v1/events?beats=1|query parameter beats is \"1\"; allowed: true or false",
            })
    void namesInvalidParameters(String path, String detail) {
        problem(TokenProfile.with().get(path), 400).body("detail", equalTo(detail));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health/live?verbose", "/health/live?verbose=1", "/health?x=", "/health/detailed?a&a"})
    void probesIgnoreUnknownParameters(String path) {
        TokenProfile.with()
                .get(path)
                .then()
                .statusCode(anyOf(equalTo(200), equalTo(503)))
                .body("checks", notNullValue());
    }

    @Test
    void shortensValuesInMessages() {
        String detail = TokenProfile.with()
                .get("/api/v1/databases?status=" + "x".repeat(3000))
                .path("detail");
        assertThat(detail).hasSizeLessThan(250);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/fleet,'GET, HEAD, OPTIONS'",
        "/api/v1/databases/x/status,'GET, HEAD, OPTIONS'",
        "/api/v1/events,GET"
    })
    void unsupportedMethodsReturnAllowedOnes(String path, String allow) {
        for (String method : Set.of("POST", "PUT", "DELETE", "PATCH")) {
            Response response =
                    TokenProfile.with().contentType(ContentType.JSON).request(method, path);
            problem(response, 405);
            assertThat(response.header("Allow")).as(method).isEqualTo(allow);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/database",
                "/docs",
                "/openapi",
                "/style.css",
                "/page.js",
                "/icon.svg",
                "/favicon.ico",
                "/health",
                "/health/live",
                "/health/group",
                "/health/group/payments",
                "/metrics",
                "/api/database/status",
                "/api/database/connections",
                "/api/health/database",
                "/api/health/metrics",
                "/api/v1/configuration",
                "/api/v1/databases",
                "/api/v1/databases/x/history"
            })
    void rejectsPostToReadOnlyPaths(String path) {
        Response response = TokenProfile.with().contentType(ContentType.JSON).post(path);
        problem(response, 405);
        assertThat(response.header("Allow")).contains("GET");
    }

    @Test
    void logoutSupportsOnlyPost() {
        Response response = TokenProfile.with().get("/logout");
        problem(response, 405);
        assertThat(response.header("Allow")).isEqualTo("OPTIONS, POST");
    }

    @Test
    void rejectsUnsupportedMediaTypes() {
        problem(TokenProfile.with().accept("application/xml").get("/api/v1/fleet"), 406);
        problem(TokenProfile.with().accept("application/json").get("/api/v1/events"), 406);
        problem(TokenProfile.with().contentType(ContentType.XML).body("<a/>").post("/login"), 415);
    }

    @Test
    void rejectsLargeBodiesBeforeReadingThem() {
        problem(
                TokenProfile.with()
                        .contentType("application/x-www-form-urlencoded")
                        .body("token=" + "x".repeat(70_000))
                        .post("/login"),
                413);
        String chunked = RawHttp.ask(
                RestAssured.port,
                "POST /login HTTP/1.1",
                "Host: localhost",
                "Content-Type: application/x-www-form-urlencoded",
                "Transfer-Encoding: chunked",
                "",
                "11170",
                "token=" + "x".repeat(0x11170 - 6),
                "0",
                "");
        assertThat(chunked).startsWith("HTTP/1.1 4").doesNotContain("dev.pgvigil", "io.quarkus", "html");
    }

    @Test
    void unexpectedErrorsShowNoDetails() {
        SampleFleet.broken().into(fleet);
        try {
            ValidatableResponse answer = problem(
                    TokenProfile.with()
                            .header("X-Request-Id", "look-for-me")
                            .get("/api/v1/databases/broken/connections"),
                    500);
            answer.body("request_id", equalTo("look-for-me")).body("detail", containsString("request_id"));
            answer.body(not(containsString("Exception"))).body(not(containsString("secret cause")));
        } finally {
            SampleFleet.nothing().into(fleet);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/databases/%ff",
                "/api/v1/databases/%00",
                "//api/v1/fleet/nope",
                "/api/v1/../v1/nope",
            })
    void malformedPathsReturnClientError(String path) {
        assertThat(ask(path)).startsWith("HTTP/1.1 404").contains("application/problem+json", "\"request_id\"");
    }

    /** Of what is no URL at all the server itself disposes, in silence. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/databases/%zz",
                "/api/v1/databases/%",
                "/api/v1/databases?limit=%zz",
                "/api/v1/databases/a\\b",
                "http://[::1/api",
                "*"
            })
    void malformedUrlsReturnClientError(String path) {
        assertThat(ask(path)).startsWith("HTTP/1.1 4").doesNotContain("Exception", "html>");
    }

    private static String ask(String path) {
        return RawHttp.ask(
                RestAssured.port,
                "GET " + path + " HTTP/1.1",
                "Host: localhost",
                "Authorization: Bearer " + TokenProfile.TOKEN);
    }

    @Test
    void everyResponseHasSafeRequestId() {
        String own = TokenProfile.with().get("/nope").header("X-Request-Id");
        assertThat(own).matches("[0-9a-f-]{36}");
        assertThat(id("build-42.a_b")).isEqualTo("build-42.a_b");
        assertThat(id("x".repeat(65))).hasSize(36);
        assertThat(id("<script>")).hasSize(36);
        assertThat(id("-dash-first")).hasSize(36);
    }

    @Test
    void everyResponseHasServerTiming() {
        TokenProfile.with()
                .get("/api/v1/fleet")
                .then()
                .header("Server-Timing", matchesPattern("total;dur=[0-9]+\\.[0-9]"));
    }

    private static String id(String offered) {
        return TokenProfile.with().header("X-Request-Id", offered).get("/nope").header("X-Request-Id");
    }

    private static ValidatableResponse problem(Response response, int status) {
        return response.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("status", equalTo(status))
                .body("type", equalTo("about:blank"))
                .body("request_id", equalTo(response.header("X-Request-Id")));
    }
}
