package dev.pgvigil.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.RawHttp;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages load, as browsers ask for it. */
@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class StaticAssetsTest {

    private static final Path FILES = Path.of("src/main/resources/META-INF/resources");

    static List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files.map(file -> "/" + file.getFileName()).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void browsersCacheUntilContentChanges(String path) throws IOException {
        Response first = TokenProfile.with().get(path);
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.asString()).isEqualTo(Files.readString(FILES.resolve(path.substring(1))));
        assertThat(first.header("Cache-Control")).isEqualTo("private, no-cache");
        String tag = first.header("ETag");
        assertThat(kept(path, tag).statusCode()).isEqualTo(304);
        assertThat(kept(path, tag).asByteArray()).isEmpty();
        assertThat(kept(path, "W/\"0\", " + tag).statusCode()).isEqualTo(304);
        assertThat(kept(path, "W/\"0\"").asString()).isEqualTo(first.asString());
    }

    /** Its time may be older than that of the release before. */
    @Test
    void detectsNewReleaseRegardlessOfModificationTime() {
        Response answer = TokenProfile.with()
                .header("If-None-Match", "W/\"0\"")
                .header("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT")
                .get("/page.js");
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void requiresAuthenticationBeforeRevealingFiles() {
        String tag = TokenProfile.with().get("/page.js").header("ETag");
        Response answer = RestAssured.given().header("If-None-Match", tag).get("/page.js");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.header("ETag")).isNull();
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/style.css",
                "/page.js",
                "/icon.svg",
                "/webjars/htmx.org/2.0.10/dist/htmx.min.js",
                "/webjars/swagger-ui/5.30.2/swagger-ui-bundle.js"
            })
    void compressesOnlyForClientsThatAcceptGzip(String path) {
        Response packed = TokenProfile.with().get(path);
        assertThat(packed.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(packed.header("Vary")).isEqualToIgnoringCase("Accept-Encoding");
        assertThat(raw("HEAD", path, "Accept-Encoding: gzip"))
                .startsWith("HTTP/1.1 200")
                .endsWith("\r\n\r\n");
        String plain = raw("GET", path);
        assertThat(plain)
                .startsWith("HTTP/1.1 200")
                .doesNotContainIgnoringCase("content-encoding:")
                .contains("content-type: " + packed.contentType());
        assertThat(plain.substring(plain.indexOf("\r\n\r\n") + 4)).isEqualTo(packed.asString());
    }

    @Test
    void librariesAreCachedWithoutRevalidation() {
        assertThat(TokenProfile.with()
                        .get("/webjars/htmx.org/2.0.10/dist/htmx.min.js")
                        .header("Cache-Control"))
                .isEqualTo("private, max-age=86400");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing.js",
                "/webjars/nothing.js",
                "/webjars/../application.js",
                "/webjars/../../../templates/x.css"
            })
    void otherPathsReturnNotFound(String path) {
        assertThat(raw("GET", path, "Accept-Encoding: gzip")).startsWith("HTTP/1.1 404");
    }

    @Test
    void servesDefaultIcon() {
        Response answer = RestAssured.given().get("/favicon.ico");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.contentType()).startsWith("image/svg+xml");
        assertThat(RestAssured.get("/login").asString()).contains("href=\"/icon.svg\"");
    }

    private static Response kept(String path, String tag) {
        return TokenProfile.with().header("If-None-Match", tag).get(path);
    }

    private static String raw(String method, String path, String... more) {
        return RawHttp.ask(
                RestAssured.port,
                Stream.concat(
                                Stream.of(
                                        method + " " + path + " HTTP/1.1",
                                        "Host: localhost",
                                        "Authorization: Bearer " + TokenProfile.TOKEN),
                                Stream.of(more))
                        .toArray(String[]::new));
    }
}
