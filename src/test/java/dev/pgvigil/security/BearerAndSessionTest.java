package dev.pgvigil.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.pgvigil.testing.RawHttp;
import dev.pgvigil.testing.TokenProfile;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class BearerAndSessionTest {

    @Inject
    MeterRegistry meters;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health",
                "/health/live",
                "/health/ready",
                "/health/started",
                "/health/database",
                "/health/group/payments",
                "/metrics",
                "/login",
                "/style.css",
                "/icon.svg",
                "/favicon.ico"
            })
    void probesMetricsAndLoginArePublic(String path) {
        assertThat(RestAssured.get(path).statusCode()).isNotEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/database",
                "/docs",
                "/openapi",
                "/openapi?format=json",
                "/page.js",
                "/docs.js",
                "/webjars/htmx.org/2.0.10/dist/htmx.min.js",
                "/api/v1/fleet",
                "/api/v1/databases",
                "/api/v1/databases/shop/status?fresh=true",
                "/api/v1/events",
                "/api/v1/configuration",
                "/api/database/status",
                "/api/health/database",
                "/health/detailed",
                "/health/group",
                "/logout",
                "/nope"
            })
    void otherPathsRequireToken(String path) {
        for (String method : List.of("GET", "POST", "HEAD", "OPTIONS", "DELETE")) {
            Response answer = RestAssured.given().urlEncodingEnabled(false).request(method, path);
            assertThat(answer.statusCode()).as(method).isEqualTo(401);
            assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
        }
        RestAssured.given()
                .urlEncodingEnabled(false)
                .get(path)
                .then()
                .contentType("application/problem+json")
                .body("status", equalTo(401));
    }

    /** However a guarded path is dressed up as an open one, or half-way to it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health/../api/v1/fleet",
                "/health/live/../../api/v1/fleet",
                "/health/group/../detailed",
                "/health/group/%2e%2e/detailed",
                "/health/group/..%2fdetailed",
                "/health/group/x/../../detailed",
                "/health/live;/../../api/v1/fleet",
                "//health/detailed",
                "/./health/detailed",
                "/health//detailed",
                "/health/detailed/",
                "/health/detailed;x=/health/live",
                "/health/%64etailed",
                "/metrics/../openapi",
                "/login/../api/v1/fleet",
                "/login;/../database",
                "/style.css/../page.js",
                "http://localhost/api/v1/fleet"
            })
    void manipulatedPathsRequireToken(String path) {
        String answer = RawHttp.ask(RestAssured.port, "GET " + path + " HTTP/1.1", "Host: localhost");
        assertThat(answer).startsWith("HTTP/1.1 401");
    }

    @Test
    void acceptsToken() {
        TokenProfile.with().get("/api/v1/fleet").then().statusCode(200);
        bearer("bearer " + TokenProfile.TOKEN).get("/api/v1/fleet").then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer ",
                "Bearer wrong",
                "Bearer test-token-012345678",
                "Bearer test-token-01234567890",
                "Bearer TEST-TOKEN-0123456789",
                "Basic dGVzdC10b2tlbi0wMTIzNDU2Nzg5",
                "test-token-0123456789"
            })
    void rejectsOtherCredentials(String authorization) {
        bearer(authorization).get("/api/v1/fleet").then().statusCode(401);
    }

    @Test
    void countsWrongTokensAndLogsThemRateLimitedWithoutValue() {
        double before = refused("wrong");
        List<LogRecord> lines = new java.util.concurrent.CopyOnWriteArrayList<>();
        Handler recorder = recorder(lines);
        Logger logger = Logger.getLogger(AuthFailures.class.getName());
        logger.addHandler(recorder);
        try {
            for (int i = 0; i < 50; i++) {
                bearer("Bearer guess-" + i).get("/api/v1/fleet").then().statusCode(401);
            }
        } finally {
            logger.removeHandler(recorder);
        }
        assertThat(refused("wrong") - before).isEqualTo(50);
        assertThat(lines).hasSizeLessThanOrEqualTo(2);
        assertThat(lines.toString()).doesNotContain("guess-");
    }

    @Test
    void redirectsBrowserToLoginAndCreatesSession() {
        RequestSpecification browser =
                RestAssured.given().accept("text/html,*/*").redirects().follow(false);
        browser.get("/").then().statusCode(303).header("Location", "/login");
        browser.urlEncodingEnabled(false)
                .get("/database?name=a%20b&x=1%262")
                .then()
                .statusCode(303)
                .header("Location", "/login?to=%2Fdatabase%3Fname%3Da%2520b%26x%3D1%25262");
        RestAssured.get("/login")
                .then()
                .statusCode(200)
                .body(containsString("<form method=\"post\" action=\"/login\">"));

        Response wrong = login("not-the-token");
        wrong.then().statusCode(401).contentType("text/html").body(containsString("Wrong token"));
        assertThat(wrong.getCookies()).isEmpty();

        Response right = login(TokenProfile.TOKEN);
        right.then().statusCode(303).header("Location", "/");
        String cookie = right.header("Set-Cookie");
        assertThat(cookie)
                .contains("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200")
                .doesNotContain(TokenProfile.TOKEN);

        String session = right.getCookie(Sessions.COOKIE);
        session(session).get("/").then().statusCode(200);
        session(session).get("/api/v1/fleet").then().statusCode(200);
        session(session + "0").get("/api/v1/fleet").then().statusCode(401);
    }

    @Test
    void rejectsSessionOfRequestsFromOtherSites() {
        String session = login(TokenProfile.TOKEN).getCookie(Sessions.COOKIE);
        for (String site : List.of("cross-site", "same-site")) {
            session(session)
                    .header("Sec-Fetch-Site", site)
                    .get("/api/v1/fleet")
                    .then()
                    .statusCode(401);
        }
        for (String site : List.of("same-origin", "none")) {
            session(session)
                    .header("Sec-Fetch-Site", site)
                    .get("/api/v1/fleet")
                    .then()
                    .statusCode(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, navigate, document, 200",
        "POST, navigate, document, 401",
        "HEAD, navigate, document, 401",
        "GET, navigate, iframe, 401",
        "GET, no-cors, image, 401",
        "GET, cors, empty, 401",
        "GET, navigate, , 401",
        "GET, , document, 401"
    })
    void acceptsSessionWhenUserFollowsLinkFromOtherSite(
            String method, @Nullable String mode, @Nullable String dest, int status) {
        RequestSpecification request = session(login(TokenProfile.TOKEN).getCookie(Sessions.COOKIE))
                .accept("*/*")
                .header("Sec-Fetch-Site", "cross-site");
        if (mode != null) {
            request.header("Sec-Fetch-Mode", mode);
        }
        if (dest != null) {
            request.header("Sec-Fetch-Dest", dest);
        }
        assertThat(request.request(method, "/api/v1/fleet").statusCode()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/database?name=shop", "/database?name=a%20b&x=1%262", "/.//evil.example", "/a\\b"})
    void loginRedirectsToRequestedPage(String wanted) {
        String form = RestAssured.given().queryParam("to", wanted).get("/login").asString();
        assertThat(form.contains("name=\"to\"")).isEqualTo(!wanted.equals("/"));
        assertThat(login("not-the-token", wanted).asString().contains("name=\"to\""))
                .isEqualTo(!wanted.equals("/"));
        assertThat(login(TokenProfile.TOKEN, wanted).header("Location")).isEqualTo(wanted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "database",
                "//evil.example",
                "/\\evil.example",
                "\\/evil.example",
                "https://evil.example/",
                "javascript:alert(1)",
                "/\t/evil.example",
                "/\n/evil.example",
                "\t//evil.example",
                " //evil.example",
                "/a\r\nSet-Cookie: x=y",
                "/é"
            })
    void loginDoesNotRedirectToOtherSites(String bait) {
        assertThat(RestAssured.given().queryParam("to", bait).get("/login").asString())
                .doesNotContain("name=\"to\"");
        assertThat(login(TokenProfile.TOKEN, bait).header("Location")).isEqualTo("/");
    }

    @Test
    void limitsLengthOfRedirect() {
        String longest = "/" + "a".repeat(2047);
        assertThat(login(TokenProfile.TOKEN, longest).header("Location")).isEqualTo(longest);
        assertThat(login(TokenProfile.TOKEN, longest + "a").header("Location")).isEqualTo("/");
    }

    @Test
    void escapesRedirectInForm() {
        String form = RestAssured.given()
                .queryParam("to", "/?q=\"><script>alert(1)</script>")
                .get("/login")
                .asString();
        assertThat(form).doesNotContain("<script>").contains("value=\"/?q=&quot;&gt;&lt;script&gt;");
    }

    @Test
    void signOutIsOfferedWithSession() {
        String out = "<form method=\"post\" action=\"/logout\">";
        String session = login(TokenProfile.TOKEN).getCookie(Sessions.COOKIE);
        for (String path : List.of("/", "/?q=nothing-like-it", "/database?name=quiet", "/database?name=nope")) {
            // In turn, as pages are kept for a moment.
            assertThat(TokenProfile.with().get(path).asString()).as(path).doesNotContain(out);
            assertThat(session(session).get(path).asString()).as(path).contains(out);
            assertThat(TokenProfile.with().get(path).asString()).as(path).doesNotContain(out);
        }
    }

    @Test
    void signOutRemovesCookie() {
        String session = login(TokenProfile.TOKEN).getCookie(Sessions.COOKIE);
        session(session)
                .redirects()
                .follow(false)
                .post("/logout")
                .then()
                .statusCode(303)
                .header("Set-Cookie", containsString("Max-Age=0"));
    }

    @Test
    void responsesHaveSecurityHeaders() {
        for (String path : List.of("/login", "/api/v1/fleet", "/nope", "/metrics")) {
            Response answer = RestAssured.get(path);
            assertThat(answer.header("Content-Security-Policy"))
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
        }
    }

    @Test
    void cookieIsSecureBehindTls() {
        assertThat(login(TokenProfile.TOKEN).header("Set-Cookie")).doesNotContain("Secure");
        assertThat(RestAssured.given()
                        .header("X-Forwarded-Proto", "https")
                        .redirects()
                        .follow(false)
                        .formParam("token", TokenProfile.TOKEN)
                        .post("/login")
                        .header("Set-Cookie"))
                .contains("Secure");
    }

    @Test
    void onlyConfiguredOriginsMayReadApi() {
        RestAssured.given()
                .header("Origin", "https://ops.example")
                .header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", "authorization,last-event-id")
                .options("/api/v1/fleet")
                .then()
                .statusCode(204)
                .header("Access-Control-Allow-Origin", "https://ops.example")
                .header("Access-Control-Allow-Headers", containsString("Authorization"))
                .header("Access-Control-Allow-Headers", containsString("Last-Event-ID"))
                .header("Vary", equalTo("origin"));
        TokenProfile.with().get("/api/v1/fleet").then().header("Vary", equalTo("origin"));
        TokenProfile.with()
                .header("Origin", "https://wall.example")
                .get("/api/v1/fleet")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", "https://wall.example");
        Response foreign =
                TokenProfile.with().header("Origin", "https://evil.example").get("/api/v1/fleet");
        foreign.then().statusCode(403).contentType("application/problem+json");
        assertThat(foreign.header("Access-Control-Allow-Origin")).isNull();
        assertThat(TokenProfile.with()
                        .header("Origin", "https://ops.example")
                        .get("/")
                        .header("Access-Control-Allow-Origin"))
                .isNull();
    }

    private double refused(String reason) {
        return meters.get("pgvigil.http.refused")
                .tag("reason", reason)
                .counter()
                .count();
    }

    private static RequestSpecification bearer(String authorization) {
        return RestAssured.given().header("Authorization", authorization);
    }

    private static RequestSpecification session(String cookie) {
        return RestAssured.given().cookie(Sessions.COOKIE, cookie);
    }

    private static Response login(String token) {
        return login(token, "/");
    }

    private static Response login(String token, String to) {
        return RestAssured.given()
                .redirects()
                .follow(false)
                .formParam("token", token)
                .formParam("to", to)
                .post("/login");
    }

    private static Handler recorder(List<LogRecord> lines) {
        return new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
