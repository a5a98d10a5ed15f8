package dev.pgvigil.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.telemetry.FleetFile;
import dev.pgvigil.testing.FreePort;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.Tools;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The burn rates of this process and those that a real Prometheus computes with the rules of {@code /api/v1/slos/rules}, after a real
 * outage. {@code increase()} extrapolates by up to half a scrape at its end, so that figures may differ by 5 % and one second.
 */
@Tag("service")
@QuarkusTest
@TestProfile(MonitoringStackTest.Profile.class)
class SloFiguresTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final double BUDGET = 0.0001;
    private static final double TOLERANCE = 0.05;
    private static final Map<String, Long> WINDOWS = Map.of(
            "5m", 300L,
            "30m", 1_800L,
            "1h", 3_600L,
            "2h", 7_200L,
            "6h", 21_600L,
            "1d", 86_400L,
            "3d", 259_200L,
            "30d", 2_592_000L);

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper mapper = new ObjectMapper();
    private final int port = FreePort.next();

    /** Set by the profile's test resource. */
    private @Nullable FleetFile fleet;

    @Test
    void prometheusAndThisProcessFindTheSameBurnRatesAndPageTogether(@TempDir Path home) throws Exception {
        Tools.assume("prometheus");
        FleetFile file = Objects.requireNonNull(fleet);
        try (PgServer server = PgServer.start(PgServer.majors().getLast())) {
            file.add("burning: { url: \"postgresql://%s@%s/postgres?sslmode=disable\" }"
                    .formatted(server.server().user(), server.server().id()));
            await().atMost(PATIENCE).until(() -> good() >= 3);
            Process prometheus = prometheus(home);
            try {
                await().atMost(PATIENCE).until(() -> !recorded().isEmpty());

                server.kill();
                await().atMost(PATIENCE)
                        .until(() -> target().path("state").asText().equals("page"));
                await().atMost(PATIENCE)
                        .until(() -> !query(
                                        "ALERTS{alertname=\"PgvigilSloBurn\",slo=\"strict\",page=\"true\",alertstate=\"firing\"}")
                                .isEmpty());
                server.restart();

                await().atMost(PATIENCE).untilAsserted(this::agree);
                await().atMost(PATIENCE).untilAsserted(SloFiguresTest::burningReaderIsTakenAway);
            } finally {
                prometheus.destroy();
                if (!prometheus.waitFor(10, TimeUnit.SECONDS)) {
                    prometheus.destroyForcibly().waitFor();
                }
            }
        } finally {
            file.restore();
        }
    }

    /** The server answers again, and its budget still burns: a probe that follows the budget keeps it out, another does not. */
    private static void burningReaderIsTakenAway() {
        String group = "/health/group/readers";
        assertThat(RestAssured.given()
                        .get(group + "?policy=burn&target=burning")
                        .statusCode())
                .isEqualTo(503);
        assertThat(RestAssured.given()
                        .get(group + "?policy=burn&target=burning")
                        .jsonPath()
                        .getString("checks[0].data.reason"))
                .isEqualTo("degraded: page: strict");
        assertThat(RestAssured.given().get(group + "?policy=burn&target=shop").statusCode())
                .isEqualTo(200);
        assertThat(RestAssured.given().get(group + "?policy=burn").jsonPath().getInt("checks[0].data.taken_away"))
                .isEqualTo(1);
        assertThat(RestAssured.given().get(group).jsonPath().getInt("checks[0].data.up"))
                .isEqualTo(2);
    }

    /** Also that there is something to compare: an outage of five seconds at least, which is over. */
    private void agree() {
        JsonNode target = target();
        Map<String, Double> own = new HashMap<>();
        target.path("burn_rates")
                .forEach(rate ->
                        own.put(rate.path("window").asText(), rate.path("rate").asDouble()));
        Map<String, Double> theirs = recorded();

        assertThat(target.path("bad_seconds").asLong()).isGreaterThanOrEqualTo(5);
        assertThat(own.keySet()).isEqualTo(WINDOWS.keySet());
        assertThat(theirs.keySet()).isEqualTo(WINDOWS.keySet());
        WINDOWS.forEach((window, seconds) -> {
            double rate = own.getOrDefault(window, Double.NaN);
            double second = 1 / (seconds * BUDGET);
            assertThat(theirs.getOrDefault(window, Double.NaN))
                    .as("burn rate over %s", window)
                    .isCloseTo(rate, within(rate * TOLERANCE + second));
        });
    }

    private long good() {
        return target().path("good_seconds").asLong();
    }

    private JsonNode target() {
        return get(RestAssured.port, "/api/v1/slos/strict?target=burning").at("/targets/0");
    }

    /** The burn rates that Prometheus recorded, by window. */
    private Map<String, Double> recorded() {
        Map<String, Double> rates = new HashMap<>();
        query("{__name__=~\"pgvigil:slo_burn_rate:increase.*\",slo=\"strict\",target=\"burning\"}")
                .forEach(series -> rates.put(
                        series.at("/metric/__name__").asText().replace("pgvigil:slo_burn_rate:increase", ""),
                        series.at("/value/1").asDouble()));
        return rates;
    }

    private JsonNode query(String expression) {
        return get(port, "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .at("/data/result");
    }

    private Process prometheus(Path home) throws IOException, InterruptedException {
        Files.writeString(home.resolve("rules.yaml"), text(RestAssured.port, "/api/v1/slos/rules"));
        Path file = Files.writeString(home.resolve("prometheus.yml"), """
                global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
                rule_files: [rules.yaml]
                scrape_configs:
                  - job_name: pgvigil
                    static_configs: [{ targets: ["127.0.0.1:%d"] }]
                """.formatted(RestAssured.port));
        return new ProcessBuilder(
                        "prometheus",
                        "--web.listen-address=127.0.0.1:" + port,
                        "--storage.tsdb.path=" + home.resolve("series"),
                        "--config.file=" + file)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("prometheus.log").toFile())
                .start();
    }

    private JsonNode get(int server, String path) {
        try {
            return mapper.readTree(text(server, path));
        } catch (IOException e) {
            return mapper.missingNode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String text(int server, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server + path))
                .header("Authorization", "Bearer " + MonitoringStackTest.TOKEN)
                .build();
        return client.send(request, BodyHandlers.ofString()).body();
    }
}
