package dev.pgvigil;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.pgvigil.testing.PgServer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged service, jar or native, as a process of its own over real servers: all that reflection could break. */
@QuarkusIntegrationTest
@QuarkusTestResource(PackagedIT.Watched.class)
class PackagedIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @SuppressWarnings("NullAway.Init") // given by the resource
    PgServer shop;

    /** An old and a new server. */
    public static final class Watched implements QuarkusTestResourceLifecycleManager {

        private final PgServer shop = PgServer.start(18);
        private final PgServer blog = PgServer.start(14);

        @Override
        public Map<String, String> start() {
            try {
                Path file = Files.createTempFile("pgvigil", ".yaml");
                file.toFile().deleteOnExit();
                Files.writeString(file, """
                        pgvigil:
                          targets:
                            shop: { url: "%s", region: eu-west-1, role: primary, tags: { team: payments } }
                            blog: { url: "%s" }
                          groups:
                            payments: { tags: { team: payments } }
                        """.formatted(url(shop), url(blog)));
                return Map.of("pgvigil.config", file.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(shop, new TestInjector.MatchesType(PgServer.class));
        }

        @Override
        public void stop() {
            shop.close();
            blog.close();
        }

        private static String url(PgServer server) {
            var watched = server.server();
            return "postgresql://" + watched.user() + "@" + watched.id() + "/postgres?sslmode=disable";
        }
    }

    @BeforeEach
    void awaitTheFirstPasses() {
        awaitStatus("/health/database", 200);
        await().atMost(PATIENCE)
                .until(() -> List.of("shop", "blog").stream()
                        .allMatch(name -> given().get("/api/v1/databases/" + name)
                                        .jsonPath()
                                        .getList("checks.findAll { it.state == 'observed' }")
                                        .size()
                                >= 6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health",
                "/health/live",
                "/health/ready",
                "/health/started",
                "/health/detailed",
                "/health/group/payments",
                "/metrics",
                "/",
                "/docs",
                "/openapi",
                "/api/v1/fleet",
                "/api/v1/databases",
                "/api/v1/databases/shop",
                "/api/v1/databases/shop/status",
                "/api/v1/databases/shop/status?fresh=true",
                "/api/v1/databases/shop/metrics",
                "/api/v1/databases/shop/connections",
                "/api/v1/databases/blog/connections",
                "/api/v1/databases/shop/locks",
                "/api/v1/configuration"
            })
    void everyPathAnswers(String path) {
        String body = given().get(path).then().statusCode(200).extract().asString();
        // what cannot be written by reflection comes out empty
        assertThat(body).isNotBlank().isNotIn("{}", "[]");
    }

    @Test
    void observationsAreWhole() {
        given().get("/api/v1/databases/shop/connections")
                .then()
                .body("observed.pool_health", equalTo("optimal"))
                .body("observed.max_connections", org.hamcrest.Matchers.greaterThan(0));
        given().get("/api/v1/databases/nope").then().statusCode(404).body("status", equalTo(404));
        given().accept("text/plain").get("/metrics").then().body(containsString("pgvigil_connections_limit{"));
    }

    @Test
    void aFrozenServerIsFoundAndItsReturnToo() {
        shop.freeze();
        try {
            awaitStatus("/health/group/payments", 503);
            given().get("/health/ready").then().statusCode(200);
            given().get("/api/v1/databases/shop").then().body("findings[0].key", equalTo("heartbeat/unreachable"));
        } finally {
            shop.thaw();
        }
        awaitStatus("/health/group/payments", 200);
    }

    private static void awaitStatus(String path, int status) {
        await(path + " is " + status)
                .atMost(PATIENCE)
                .until(() -> given().get(path).statusCode() == status);
    }
}
