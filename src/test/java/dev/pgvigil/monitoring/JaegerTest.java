package dev.pgvigil.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.testing.ServersDirectory;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Traces of pgvigil in a real Jaeger, where it is on the PATH. */
@Tag("service")
@QuarkusTest
@TestProfile(JaegerTest.Profile.class)
@EnabledIf(value = "dev.pgvigil.monitoring.Jaeger#installed", disabledReason = "jaeger is not on the PATH")
class JaegerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    /** Set by {@link Running}. */
    private @Nullable Jaeger jaeger;

    public static final class Profile implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Running.class));
        }
    }

    /** A Jaeger, and a pgvigil that sends it every trace. */
    public static final class Running implements QuarkusTestResourceLifecycleManager {

        private @Nullable Jaeger jaeger;

        @Override
        public Map<String, String> start() {
            try {
                Jaeger started =
                        Jaeger.start(ServersDirectory.directory("jaeger")).orElseThrow();
                jaeger = started;
                Map<String, String> config = new HashMap<>(started.environment());
                config.put("quarkus.otel.bsp.schedule.delay", "50ms");
                return config;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void stop() {
            if (jaeger != null) {
                jaeger.close();
            }
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(jaeger, new TestInjector.MatchesType(Jaeger.class));
        }
    }

    @Test
    void requestOfAClientIsPartOfItsTrace() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            RestAssured.given()
                    .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                    .get("/api/v1/fleet");
            assertThat(Objects.requireNonNull(jaeger).spans(TRACE)).contains("GET /api/v1/fleet");
        });
    }
}
