package dev.pgvigil.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.RawHttp;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenProviderTest {

    private final Vertx vertx = Vertx.vertx();
    private int replaced;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void reloadsValidTokenFileOnly() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "first-token-012345");
        TokenProvider keyring = started(Map.of("pgvigil.token-file", file.toString(), "quarkus.http.host", "0.0.0.0"));
        assertThat(opens(keyring, "first-token-012345")).isTrue();

        Files.writeString(file, "second-token-012345");
        keyring.reread();
        assertThat(opens(keyring, "second-token-012345")).isTrue();
        assertThat(opens(keyring, "first-token-012345")).isFalse();
        assertThat(replaced).isEqualTo(1);

        Files.writeString(file, "bad");
        keyring.reread();
        Files.delete(file);
        keyring.reread();
        assertThat(opens(keyring, "second-token-012345")).isTrue();
        assertThat(replaced).isEqualTo(1);
    }

    @Test
    void acceptsOnlyLocalHostNamesWithoutToken() {
        HttpServer server = guarded("127.0.0.1");

        for (String own : new String[] {"localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]", "[::1]:8080"}) {
            assertThat(asked(server, own)).as(own).startsWith("HTTP/1.1 200");
        }
        for (String foreign : new String[] {
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.7:8080",
            "localhost:x",
            "",
            "::1"
        }) {
            assertThat(asked(server, foreign)).as(foreign).doesNotStartWith("HTTP/1.1 200");
        }
        assertThat(asked(server, "evil.example"))
                .startsWith("HTTP/1.1 421")
                .contains("only accepts the host names localhost, 127.0.0.1, ::1; set PGVIGIL_TOKEN");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.2,127.0.0.2:8080", "ip6-Localhost,ip6-localhost", "0:0:0:0:0:0:0:1,[0:0:0:0:0:0:0:1]:80"})
    void acceptsConfiguredListenAddressAsHostName(String host, String asked) {
        HttpServer server = guarded(host);

        assertThat(asked(server, asked)).startsWith("HTTP/1.1 200");
        assertThat(asked(server, "localhost")).startsWith("HTTP/1.1 200");
        assertThat(asked(server, "127.0.0.3")).startsWith("HTTP/1.1 421");
    }

    /** A server without a token that was told to listen there, and is asked by tests over loopback. */
    private HttpServer guarded(String host) {
        TokenProvider keyring = started(Map.of("quarkus.http.host", "127.0.0.1"));
        HostGuard guard =
                new HostGuard(() -> keyring.token() != null, new AuthFailures(new SimpleMeterRegistry()), host);
        Router router = Router.router(vertx);
        router.route().handler(guard::check);
        router.route().handler(context -> context.response().end("in"));
        router.route()
                .failureHandler(
                        context -> context.response().setStatusCode(421).end(String.valueOf(context.failure())));
        return vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private static String asked(HttpServer server, String host) {
        return RawHttp.ask(server.actualPort(), "GET / HTTP/1.1", "Host: " + host);
    }

    private static boolean opens(TokenProvider keyring, String token) {
        Token current = keyring.token();
        return current != null && current.matches(token);
    }

    private TokenProvider started(Map<String, String> settings) {
        Config config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build();
        TokenProvider keyring = new TokenProvider(config, () -> replaced++);
        keyring.start(new StartupEvent());
        return keyring;
    }
}
