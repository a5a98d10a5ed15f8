package dev.pgvigil.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.health.api.Wellness;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Added health checks run, and none can block a probe or disclose details. */
@Tag("service")
@QuarkusTest
@TestProfile(AddedHealthChecksTest.Profile.class)
class AddedHealthChecksTest {

    /** The service with one check of each kind. */
    public static final class Profile implements QuarkusTestProfile {

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(Blocking.class, Reactive.class, AtStart.class, Well.class);
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> all = new HashMap<>(new TokenProfile().getConfigOverrides());
            all.put("quarkus.thread-pool.max-threads", "8");
            return all;
        }
    }

    @Singleton
    @Alternative
    @Readiness
    static final class Blocking implements HealthCheck {

        static final AtomicInteger CALLS = new AtomicInteger();
        static volatile Supplier<@Nullable HealthCheckResponse> answer = Blocking::up;

        @Override
        @SuppressWarnings("NullAway") // what a careless check may do
        public HealthCheckResponse call() {
            CALLS.incrementAndGet();
            return answer.get();
        }

        static HealthCheckResponse up() {
            return HealthCheckResponse.named("blocking")
                    .up()
                    .withData("thread", Thread.currentThread().getName())
                    .withData("days", 3)
                    .build();
        }
    }

    @Singleton
    @Alternative
    @Liveness
    static final class Reactive implements AsyncHealthCheck {

        static final AtomicInteger CALLS = new AtomicInteger();
        static volatile Supplier<@Nullable Uni<HealthCheckResponse>> answer = Reactive::up;

        @Override
        @SuppressWarnings("NullAway") // what a careless check may do
        public Uni<HealthCheckResponse> call() {
            CALLS.incrementAndGet();
            return answer.get();
        }

        static Uni<HealthCheckResponse> up() {
            return Uni.createFrom().item(HealthCheckResponse.up("reactive"));
        }
    }

    @Singleton
    @Alternative
    @Startup
    static final class AtStart implements HealthCheck {

        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.up("at-start");
        }
    }

    @Singleton
    @Alternative
    @Wellness
    static final class Well implements HealthCheck {

        static volatile boolean up = true;

        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.named("well").status(up).build();
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String READY = "/health/ready";
    private static final String LIVE = "/health/live";

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // injected
    URI service;

    private Kubelet kubelet;

    @BeforeEach
    void wellAtFirst() {
        kubelet = new Kubelet(service.getPort());
        await(LIVE).atMost(PATIENCE).until(() -> status(LIVE, "reactive"), "UP"::equals);
        await(READY).atMost(PATIENCE).until(() -> status(READY, "blocking"), "UP"::equals);
    }

    @AfterEach
    void repair() {
        Blocking.answer = Blocking::up;
        Reactive.answer = Reactive::up;
        Well.up = true;
    }

    @Test
    void eachProbeRunsItsAddedChecks() {
        assertThat(kubelet.get(READY).data("blocking").getInteger("days")).isEqualTo(3);
        assertThat(kubelet.get(READY).data("blocking").getString("thread")).doesNotContain("eventloop");
        assertThat(names("/health/started")).contains("at-start").doesNotContain("blocking", "reactive", "well");
        assertThat(names("/health/well")).containsExactly("well");
        assertThat(names("/health")).contains("blocking", "reactive", "at-start", "well", "event-loops");
    }

    @Test
    void failingCheckAffectsOnlyItsProbe() {
        Reactive.answer = () -> Uni.createFrom().item(HealthCheckResponse.down("reactive"));

        assertThat(kubelet.get(LIVE).code()).isEqualTo(503);
        assertThat(status(READY, "blocking")).isEqualTo("UP");
        assertThat(names(READY)).doesNotContain("reactive");
    }

    @Test
    void wellnessDoesNotAffectReadinessOrLiveness() {
        int ready = kubelet.get(READY).code();
        Well.up = false;

        assertThat(kubelet.get("/health/well").code()).isEqualTo(503);
        assertThat(kubelet.get(LIVE).code()).isEqualTo(200);
        assertThat(kubelet.get(READY).code()).isEqualTo(ready);
    }

    @Test
    void blockingCheckIsDownWithinOneSecondAndUsesOneThread() {
        CountDownLatch release = new CountDownLatch(1);
        Blocking.answer = () -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Blocking.up();
        };
        int before = Blocking.CALLS.get();
        try {
            for (int i = 0; i < 30; i++) {
                assertThat(status(READY, "blocking")).isEqualTo("DOWN");
            }
            assertThat(kubelet.get(READY).data("blocking").getString("reason")).isEqualTo("no answer within 500 ms");
            assertThat(Blocking.CALLS.get() - before).isEqualTo(1);
            assertThat(kubelet.get(LIVE).code()).isEqualTo(200);
        } finally {
            release.countDown();
        }
        Blocking.answer = Blocking::up;
        await().atMost(PATIENCE).until(() -> status(READY, "blocking"), "UP"::equals);
    }

    @Test
    void checkThatNeverCompletesIsDownWithinOneSecond() {
        CountDownLatch once = new CountDownLatch(1);
        Uni<HealthCheckResponse> later = Uni.createFrom()
                .emitter(emitter -> Thread.ofVirtual().start(() -> {
                    try {
                        once.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    emitter.complete(HealthCheckResponse.up("reactive"));
                }));
        Reactive.answer = () -> later;
        int before = Reactive.CALLS.get();
        for (int i = 0; i < 30; i++) {
            assertThat(kubelet.get(LIVE).code()).isEqualTo(503);
        }
        assertThat(Reactive.CALLS.get() - before).isEqualTo(1);
        assertThat(kubelet.get("/health/started").code()).isNotZero();

        once.countDown();
        await().atMost(PATIENCE).until(() -> status(LIVE, "reactive"), "UP"::equals);
    }

    @Test
    void throwingCheckIsDownWithoutDetails() {
        RuntimeException secret = new IllegalStateException("password=geheim", new RuntimeException("also geheim"));
        Blocking.answer = () -> {
            throw secret;
        };
        Reactive.answer = () -> Uni.createFrom().failure(secret);
        assertFailed();

        Reactive.answer = () -> {
            throw secret;
        };
        assertFailed();
    }

    /** The extension alone would not respond to the probe. */
    @Test
    void invalidResponseIsDown() {
        Blocking.answer = () -> null;
        Reactive.answer = () -> null;
        assertFailed();

        HealthCheckResponse nameless = nameless();
        Blocking.answer = () -> nameless;
        Reactive.answer = () -> Uni.createFrom().item(nameless);
        assertFailed();

        Reactive.answer = () -> Uni.createFrom().nullItem();
        assertFailed();
    }

    private void assertFailed() {
        for (String path : List.of(READY, LIVE)) {
            Kubelet.Reply reply = kubelet.get(path);
            String name = path.equals(READY) ? "blocking" : "reactive";
            assertThat(reply.code()).isEqualTo(503);
            assertThat(reply.data(name).getMap()).isEqualTo(Map.of("reason", "the check failed"));
            assertThat(reply.body()).doesNotContain("geheim", "Exception", "dev.pgvigil");
        }
    }

    @SuppressWarnings("NullAway") // what a careless check may do
    private static HealthCheckResponse nameless() {
        return new HealthCheckResponse(null, HealthCheckResponse.Status.UP, Optional.empty());
    }

    private String status(String path, String check) {
        return kubelet.get(path).json().getJsonArray("checks", new JsonArray()).stream()
                .map(part -> (JsonObject) part)
                .filter(part -> part.getString("name").equals(check))
                .map(part -> part.getString("status"))
                .findFirst()
                .orElse("none");
    }

    private List<String> names(String path) {
        return kubelet.get(path).json().getJsonArray("checks").stream()
                .map(part -> ((JsonObject) part).getString("name"))
                .toList();
    }
}
