package dev.pgvigil.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.CapturedLog;
import dev.pgvigil.testing.RawHttp;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be decoded is answered 400, and its text, which may be a secret, is not logged. */
@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class DecodersTest {

    private static final String SECRET = "MyToken";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "token=MyToken%zz",
                "token=MyToken%",
                "token=MyToken%4",
                "token%zz=MyToken",
                "to=%zz&token=MyToken",
                "token=MyToken&to=%f"
            })
    void rejectsMalformedForm(String form) {
        try (CapturedLog logged = new CapturedLog("")) {
            assertProblem(post("/login", "application/x-www-form-urlencoded", form));
            assertNotLogged(logged);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/login?to=%zz&token=MyToken",
                "/login?token=MyToken%",
                "/health/live?MyToken=%zz",
                "/health/group/a?MyToken=%zz",
                "/metrics?MyToken=%zz",
                "/?MyToken=%zz",
                "/database?name=MyToken%zz",
                "/docs?MyToken=%zz",
                "/openapi?MyToken=%zz",
                "/style.css?MyToken=%zz",
                "/favicon.ico?MyToken=%zz",
                "/nope?MyToken=%zz",
                "/api/v1/databases?limit=MyToken%zz",
                "/api/v1/databases?%zz=MyToken",
                "/api/v1/databases/a/history?x=MyToken%zz",
                "/api/v1/events?target=MyToken%zz",
                "/api/v1/fleet?MyToken=%",
                "/api/database/status?name=MyToken%zz",
                "/health/group/MyToken%zz",
                "/api/v1/databases/MyToken%zz",
                "/api/v1/databases/MyToken%",
                "/webjars/MyToken%zz.js",
                "/MyToken%zz"
            })
    void rejectsMalformedUrl(String path) {
        try (CapturedLog logged = new CapturedLog("")) {
            String answer = get(path);
            // Quarkus refuses what is no URI before anything of ours, with an empty body.
            assertThat(answer).matches("(?s)HTTP/1\\.[01] 400 .*").doesNotContain("Exception", SECRET);
            assertNotLogged(logged);
        }
    }

    static Stream<String[]> headers() {
        return Stream.of(
                new String[] {"Cookie", "pgvigil_session=MyToken%zz"},
                new String[] {"Cookie", "=MyToken;;;=\"x"},
                new String[] {"Cookie", "pgvigil_session=\"MyToken"},
                new String[] {"Cookie", "MyToken\u0001=\u0080"},
                new String[] {"Accept", "MyToken/;q=x,;;"},
                new String[] {"Accept", "text/html;q=MyToken"},
                new String[] {"Accept", "MyToken"},
                new String[] {"Accept-Language", "MyToken;q=zz"},
                new String[] {"Accept-Encoding", "MyToken;q=zz"},
                new String[] {"Accept-Charset", "MyToken;q=zz"},
                new String[] {"Content-Type", "MyToken"},
                new String[] {"Content-Type", "text/plain; charset=MyToken"},
                new String[] {"Content-Type", ";;;MyToken"},
                new String[] {"Content-Length", "MyToken"},
                new String[] {"Content-Length", "-1"},
                new String[] {"Transfer-Encoding", "MyToken"},
                new String[] {"If-None-Match", "\"MyToken"},
                new String[] {"If-Modified-Since", "MyToken"},
                new String[] {"Range", "bytes=MyToken"},
                new String[] {"Range", "bytes=9-1"},
                new String[] {"Authorization", "Basic MyToken%"},
                new String[] {"Authorization", "Bearer"},
                new String[] {"Origin", "MyToken://%zz"},
                new String[] {"Host", "MyToken%zz:99999"},
                new String[] {"Host", "[MyToken"},
                new String[] {"X-Forwarded-Proto", "MyToken"},
                new String[] {"Upgrade", "websocket"},
                new String[] {"Expect", "MyToken"},
                new String[] {"traceparent", "00-MyToken"},
                new String[] {"tracestate", "MyToken=="},
                new String[] {"baggage", "MyToken=%zz"},
                new String[] {"MyToken", "\u0000"});
    }

    @ParameterizedTest
    @MethodSource("headers")
    void respondsToMalformedHeader(String name, String value) {
        for (String path : new String[] {"/health/live", "/metrics", "/login", "/", "/style.css", "/api/v1/fleet"}) {
            try (CapturedLog logged = new CapturedLog("")) {
                String answer = RawHttp.ask(
                        RestAssured.port,
                        "GET " + path + " HTTP/1.1",
                        name.equals("Host") ? "X: 1" : "Host: localhost",
                        name + ": " + value);
                assertThat(answer)
                        .as(path)
                        .matches("(?s)HTTP/1\\.[01] (200|206|30[0-9]|4[0-9][0-9]) .*")
                        .doesNotContain(SECRET);
                assertNotLogged(logged);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=b",
                "application/x-www-form-urlencoded; charset=MyToken",
                "application/json",
                "MyToken",
                ""
            })
    void respondsToBodyOfAnyType(String type) {
        for (String path :
                new String[] {"/login", "/logout", "/health/live", "/", "/api/v1/fleet", "/metrics", "/nope"}) {
            try (CapturedLog logged = new CapturedLog("")) {
                String answer = post(path, type, "--b\r\nMyToken: %zz\r\n\r\ntoken=MyToken%zz\r\n--b");
                assertThat(answer)
                        .as(path)
                        .matches("(?s)HTTP/1\\.[01] (303|4[0-9][0-9]) .*")
                        .doesNotContain(SECRET);
                assertNotLogged(logged);
            }
        }
    }

    private static void assertProblem(String answer) {
        assertThat(answer)
                .matches("(?s)HTTP/1\\.[01] 400 .*")
                .contains("application/problem+json", "\"status\":400")
                .doesNotContain("Exception", "token=" + SECRET);
    }

    private static void assertNotLogged(CapturedLog logged) {
        assertThat(logged.lines()).noneMatch(line -> line.contains(SECRET));
    }

    private static String get(String path) {
        return RawHttp.ask(
                RestAssured.port,
                "GET " + path + " HTTP/1.1",
                "Host: localhost",
                "Authorization: Bearer " + TokenProfile.TOKEN);
    }

    private static String post(String path, String type, String body) {
        return RawHttp.ask(
                RestAssured.port,
                "POST " + path + " HTTP/1.1",
                "Host: localhost",
                "Authorization: Bearer " + TokenProfile.TOKEN,
                "Content-Type: " + type,
                "Content-Length: " + body.length(),
                "Connection: close",
                "",
                body);
    }
}
