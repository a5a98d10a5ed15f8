package dev.pgvigil.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.state.Fleet;
import dev.pgvigil.testing.PgServer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.health.registry.HealthRegistries;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Probes of real servers stay correct while a server is frozen and an event loop is blocked. */
@Tag("service")
@QuarkusTest
@TestProfile(ProbedServers.Profile.class)
class HealthResourceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MANY = 300;

    @Inject
    Fleet fleet;

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // injected
    URI service;

    @SuppressWarnings("NullAway.Init") // given by the resource
    PgServer shop;

    private Kubelet kubelet;

    @BeforeEach
    void awaitHealth() {
        kubelet = new Kubelet(service.getPort());
        awaitStatus("/health/database", "UP");
        awaitStatus("/health/live", "UP");
    }

    @AfterEach
    void repair() {
        shop.thaw();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health",
                "/health/live",
                "/health/ready",
                "/health/started",
                "/health/database",
                "/health/group/most"
            })
    void respondsInMicroProfileHealthFormat(String path) {
        Kubelet.Reply reply = kubelet.get(path);

        assertThat(reply.code()).isEqualTo(200);
        assertThat(reply.headers())
                .containsEntry("Cache-Control", "no-store")
                .hasEntrySatisfying("Content-Type", type -> assertThat(type).startsWith("application/json"));
        JsonObject answer = reply.json();
        assertThat(answer.fieldNames()).containsExactly("status", "checks");
        assertThat(answer.getString("status")).isEqualTo("UP");
        assertThat(answer.getJsonArray("checks")).isNotEmpty().allSatisfy(HealthResourceTest::isFlat);
    }

    @Test
    void listsEachCheckOnceInHealth() {
        assertThat(names(kubelet.get("/health")))
                .containsExactlyInAnyOrder("configuration", "first-pass", "event-loops", "watch", "threads");
        assertThat(names(kubelet.get("/health/live"))).containsExactlyInAnyOrder("event-loops", "watch", "threads");
        assertThat(names(kubelet.get("/health/ready")))
                .containsExactlyInAnyOrder("configuration", "first-pass", "event-loops");
        assertThat(names(kubelet.get("/health/started"))).containsExactlyInAnyOrder("configuration", "first-pass");
    }

    @Test
    void wellnessIsEmptyByDefault() {
        Kubelet.Reply reply = kubelet.get("/health/well");

        assertThat(reply.code()).isEqualTo(200);
        assertThat(names(reply)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/health/live", "/health/ready", "/health/started", "/health/well"})
    void rejectsMethodsOtherThanGetAndHead(String path) {
        assertThat(kubelet.ask("POST", path).code()).isEqualTo(405);
        assertThat(kubelet.ask("DELETE", path).code()).isEqualTo(405);
        assertThat(kubelet.ask("OPTIONS", path).code()).isEqualTo(200);
    }

    /** The extension creates a registry for every name, up to 100; then it returns 500. */
    @Test
    void doesNotCreateGroupForRequestedName() {
        for (int i = 0; i < 3; i++) {
            assertThat(kubelet.get("/health/group/new-" + i).code()).isEqualTo(404);
            assertThat(kubelet.get("/health/smallrye-group/new-" + i).code()).isEqualTo(404);
            assertThat(kubelet.get("/q/health/group/new-" + i).code()).isEqualTo(404);
        }
        assertThat(kubelet.get("/health/smallrye-group").code()).isEqualTo(404);
        assertThat(HealthRegistries.getHealthGroupRegistries()).isEmpty();
    }

    /** Otherwise every probe of a kubelet would be logged. */
    @Test
    void doesNotLogDownProbe() {
        assertThat(Logger.getLogger("io.smallrye.health").isEnabled(Logger.Level.INFO))
                .isFalse();
    }

    @Test
    void groupThatNoObjectiveMeasuresIsDownByItsBudgets() {
        Kubelet.Reply reply = kubelet.get("/health/group/most?policy=burn");

        assertThat(reply.code()).isEqualTo(503);
        assertThat(reply.data("most").getString("reason")).isEqualTo(BurnPolicy.UNMEASURED);
        assertThat(kubelet.get("/health/group/most?policy=status").code()).isEqualTo(200);
        assertThat(kubelet.get("/health/group/most?policy=burn&target=shop").code())
                .isEqualTo(200);
        assertThat(kubelet.get("/health/group/most?policy=burn&target=nope").code())
                .isEqualTo(404);
        assertThat(kubelet.get("/health/group/nope?policy=burn").code()).isEqualTo(404);
        assertThat(kubelet.get("/health/group/most?policy=nope").code()).isEqualTo(400);
        assertThat(kubelet.get("/health/group/most?target=shop").code()).isEqualTo(400);
    }

    @Test
    void showsAgeAndBound() {
        JsonObject data = kubelet.get("/health/database").data("database");

        assertThat(data.getLong("age_ms")).isBetween(0L, 2000L);
        assertThat(data.getLong("bound_ms")).isEqualTo(2000);
        assertThat(data.getInteger("targets")).isEqualTo(2);
    }

    @Test
    void respondsToHeadWithoutBody() {
        Kubelet.Reply reply = kubelet.ask("HEAD", "/health/live");

        assertThat(reply.code()).isEqualTo(200);
        assertThat(reply.body()).isEmpty();
        assertThat(kubelet.ask("HEAD", "/health/group/nowhere").code()).isEqualTo(503);
    }

    @Test
    void returnsNotFoundInHealthFormatForUnknownGroup() {
        Kubelet.Reply reply = kubelet.get("/health/group/no-such");

        assertThat(reply.code()).isEqualTo(404);
        assertThat(reply.status()).isEqualTo("DOWN");
        assertThat(reply.data("no-such").getString("reason")).isEqualTo("no such group");
    }

    @Test
    void emptyGroupIsDown() {
        Kubelet.Reply reply = kubelet.get("/health/group/nowhere");

        assertThat(reply.code()).isEqualTo(503);
        assertThat(reply.data("nowhere").getString("reason")).isEqualTo("no target is selected");
        // Scripts, as in k8s/examples, distinguish it from a 503 of other servers by this.
        assertThat(reply.body()).startsWith("{\"status\":\"DOWN\"");
    }

    @Test
    void listsGroupsAndDetails() {
        assertThat(names(kubelet.get("/health/group"))).containsExactly("payments", "others", "most", "nowhere");

        Kubelet.Reply detailed = kubelet.get("/health/detailed");
        assertThat(names(detailed))
                .contains("event-loops", "watch", "configuration", "group:payments", "target:shop", "target:blog");
        assertThat(detailed.data("target:shop").getString("role")).isEqualTo("primary");
        assertThat(detailed.data("target:shop").getString("database")).isEqualTo("postgres");
    }

    @Test
    void respondsImmediatelyAndCorrectlyWhileServerIsFrozen() {
        shop.freeze();
        awaitStatus("/health/group/payments", "DOWN");
        for (int i = 0; i < MANY; i++) {
            assertThat(kubelet.get("/health/group/payments").code()).isEqualTo(503);
            assertThat(kubelet.get("/health/group/others").code()).isEqualTo(200);
            assertThat(kubelet.get("/health/live").code()).isEqualTo(200);
            assertThat(kubelet.get("/health/ready").code()).isEqualTo(200);
        }
        assertThat(kubelet.get("/health/group/most").status()).isEqualTo("UP");
        assertThat(kubelet.get("/health/detailed").status()).isEqualTo("DOWN");
        assertThat(kubelet.get("/health/database").data("database").getString("down.shop"))
                .isEqualTo("unhealthy: heartbeat/unreachable");

        shop.thaw();
        awaitStatus("/health/group/payments", "UP");
    }

    @Test
    void reportsBlockedEventLoopAndItsTargetsBecomeStale() {
        CountDownLatch release = new CountDownLatch(1);
        Cancellable listener = fleet.events().subscribe(Runnable::run, true, event -> block(release), () -> {});
        try {
            awaitStatus("/health/live", "DOWN");
            assertThat(answered("/health/live").data("event-loops").getInteger("stuck"))
                    .isEqualTo(1);
            assertThat(answered("/health/ready").status()).isEqualTo("DOWN");
            assertThat(answered("/health/started").status()).isEqualTo("UP");

            awaitStatus("/health/database", "DOWN");
            JsonObject data = answered("/health/database").data("database");
            assertThat(data.getLong("age_ms")).isGreaterThan(data.getLong("bound_ms"));
            assertThat(data.encode()).contains("unknown: last observed");
        } finally {
            listener.cancel();
            release.countDown();
        }
        awaitStatus("/health/live", "UP");
        awaitStatus("/health/database", "UP");
    }

    private void awaitStatus(String path, String status) {
        await(path + " is " + status)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> status.equals(kubelet.get(path).status()));
    }

    /** A response from an event loop that is not blocked. */
    private Kubelet.Reply answered(String path) {
        return await().atMost(PATIENCE).until(() -> kubelet.get(path), Kubelet.Reply::answered);
    }

    private static List<String> names(Kubelet.Reply reply) {
        return reply.json().getJsonArray("checks").stream()
                .map(part -> ((JsonObject) part).getString("name"))
                .toList();
    }

    private static void isFlat(Object part) {
        JsonObject check = (JsonObject) part;
        assertThat(check.fieldNames()).containsExactly("name", "status", "data");
        assertThat(check.getJsonObject("data").getMap().values())
                .noneMatch(value -> value instanceof JsonObject || value instanceof JsonArray || value == null);
    }

    private static void block(CountDownLatch release) {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
