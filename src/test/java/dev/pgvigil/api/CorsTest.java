package dev.pgvigil.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.testing.RawHttp;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorsTest {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** Else a cache would give one origin's answer to another. */
    @ParameterizedTest
    @ValueSource(strings = {"https://ops.example", "https://ops.example,https://wall.example"})
    void responsesVaryByOrigin(String origins) {
        int port = serve(List.of(origins.split(",", -1)));
        assertThat(varies(port, "Accept: */*")).containsExactly("vary: origin");
        assertThat(varies(port, "Origin: https://ops.example")).containsExactly("vary: origin");
    }

    /** It comes over HTTP, from a page that the browser has over HTTPS. Quarkus' own CORS filter refuses it. */
    @Test
    void acceptsLoginBehindTlsProxy() {
        int port = serve(List.of("https://ops.example"));
        String answer = await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> RawHttp.ask(
                                port,
                                "POST /login HTTP/1.1",
                                "Host: pgvigil.example",
                                "Origin: https://pgvigil.example",
                                "Content-Length: 0"),
                        said -> !said.isEmpty());
        assertThat(answer).startsWith("HTTP/1.1 200").doesNotContainIgnoringCase("access-control-");
    }

    private int serve(List<String> origins) {
        Filters filters = new Filters();
        new Cors(Optional.of(origins)).register(filters);
        Router router = Router.router(vertx);
        filters.getFilters().forEach(filter -> router.route().handler(filter.getHandler()));
        router.route().handler(context -> context.response().end("in"));
        HttpServer server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        return server.actualPort();
    }

    private static List<String> varies(int port, String header) {
        return Arrays.stream(RawHttp.ask(port, "GET /api/v1/fleet HTTP/1.1", "Host: localhost", header)
                        .split("\r\n", -1))
                .map(line -> line.toLowerCase(Locale.ROOT))
                .filter(line -> line.startsWith("vary:"))
                .toList();
    }
}
