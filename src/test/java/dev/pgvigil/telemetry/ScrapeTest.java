package dev.pgvigil.telemetry;

import static io.restassured.RestAssured.given;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Scope;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.testing.Generated;
import dev.pgvigil.testing.RawHttp;
import io.micrometer.core.instrument.Metrics;
import io.opentelemetry.api.OpenTelemetry;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scrape of a pgvigil that watches a real server. */
@Tag("service")
@QuarkusTest
@TestProfile(ScrapeTest.Profile.class)
class ScrapeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MANY = 1_000;

    public static final class Profile implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Exporting.class));
        }
    }

    @SuppressWarnings("NullAway.Init") // given by the resource
    FleetFile file;

    @Inject
    Fleet fleet;

    @Inject
    Catalogue catalogue;

    @Inject
    ScrapeHandler handler;

    @Inject
    CollectorRegistry registry;

    @Inject
    OpenTelemetry telemetry;

    @BeforeEach
    void awaitFirstResults() {
        await().atMost(PATIENCE)
                .until(() -> scrape().series().keySet().stream()
                                .filter(series -> series.startsWith("pgvigil_check_success"))
                                .count()
                        >= 6);
    }

    @Test
    void expositionConformsToFormat() throws IOException, InterruptedException {
        Promtool.check(text());
    }

    @Test
    void exportsNamesOfDatabasesUnchanged() {
        assertThat(scrape().value(
                                "pgvigil_target_status{datname=\"%s\",region=\"\",server=\"%s\",status=\"healthy\",target=\"odd\"}"
                                        .formatted(Exporting.HOSTILE, server())))
                .isEqualTo(1);
        assertThat(scrape().series().keySet())
                .anyMatch(series -> series.startsWith("pgvigil_target_info{") && series.contains("tag_team=\"dba\""));
    }

    @Test
    void referenceOfMetricsIsCurrent() {
        await().atMost(PATIENCE).until(this::everyCheckHasRunForEveryTarget);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> Generated.holds(Path.of("docs/reference/metrics.md"), MetricsTable.page(scrape())));
    }

    private boolean everyCheckHasRunForEveryTarget() {
        Set<String> series = scrape().series().keySet();
        int targets = fleet.snapshot().targets().size();
        return catalogue.checks().stream()
                .filter(check -> !catalogue.compatibilities().contains(check.name()))
                .allMatch(check -> series.stream()
                                .filter(name -> name.startsWith("pgvigil_check_timestamp_seconds{")
                                        && name.contains("check=\"" + check.name() + "\""))
                                .count()
                        >= (check.scope() == Scope.DATABASE && everywhere(check.name()) ? targets : 1));
    }

    /** Others run only for the target that configures them. */
    private boolean everywhere(String check) {
        return !catalogue.offByDefault().contains(check) && !check.equals("query-classes");
    }

    @Test
    void countsEveryCheck() {
        Exposition exposition = scrape();

        assertThat(exposition.value("pgvigil_check_passes_total{check=\"heartbeat\"}"))
                .isPositive();
        assertThat(exposition.value("pgvigil_check_failures_total{check=\"heartbeat\",reason=\"timeout\"}"))
                .isZero();
        assertThat(exposition.value("pgvigil_server_up{server=\"" + server() + "\"}"))
                .isEqualTo(1);
        assertThat(exposition.value("pgvigil_config_reload_success")).isEqualTo(1);
        for (DroppedSeries.Cause cause : DroppedSeries.Cause.values()) {
            assertThat(exposition.value("pgvigil_series_dropped_total{cause=\"" + Names.of(cause) + "\"}"))
                    .as(cause + "")
                    .isZero();
        }
    }

    @Test
    void exportsNothingWithoutEndpoint() {
        assertThat(telemetry.toString())
                .contains("NoopSpanExporter")
                .doesNotContain("Vertx")
                .doesNotContain(OtlpExport.class.getSimpleName());
    }

    @Test
    void admitsNewScrapesWhileOthersAreNotRead() throws IOException {
        List<Socket> unread = new ArrayList<>();
        try {
            for (int i = 0; i < 5 * ScrapeHandler.READERS; i++) {
                Socket socket = new Socket();
                socket.setReceiveBufferSize(4096);
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), RestAssured.port));
                socket.getOutputStream()
                        .write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .repeat(30)
                                .getBytes(StandardCharsets.US_ASCII));
                unread.add(socket);
            }
            for (int i = 0; i < ScrapeHandler.READERS; i++) {
                given().get("/metrics").then().statusCode(200);
            }
            assertThat(handler.readers()).isLessThanOrEqualTo(ScrapeHandler.READERS);
            given().get("/health/live").then().statusCode(200);
        } finally {
            for (Socket socket : unread) {
                socket.close();
            }
        }
        await().atMost(PATIENCE).until(() -> handler.readers() == 0);
    }

    @Test
    void generatesOneTextAtATimeWhenClientsDisconnect() throws IOException {
        AtomicInteger making = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger made = new AtomicInteger();
        Collector slow = new Collector() {
            @Override
            public List<MetricFamilySamples> collect() {
                most.accumulateAndGet(making.incrementAndGet(), Math::max);
                LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
                making.decrementAndGet();
                made.incrementAndGet();
                return List.of();
            }
        };
        registry.register(slow);
        try {
            for (int i = 0; i < 60; i++) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), RestAssured.port)) {
                    socket.getOutputStream()
                            .write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                }
            }
            given().get("/metrics").then().statusCode(200);
            given().accept("application/openmetrics-text")
                    .get("/metrics")
                    .then()
                    .statusCode(200);
        } finally {
            registry.unregister(slow);
        }
        assertThat(most).hasValue(1);
        assertThat(made).hasValueLessThan(20);
    }

    @Test
    void sendsGzipToClientsThatAcceptIt() {
        String plain = ask("GET /metrics HTTP/1.1", "Accept-Encoding: gzip;q=0");
        assertThat(plain).contains("pgvigil_build_info{").doesNotContain("content-encoding");
        given().header("Accept-Encoding", "gzip")
                .get("/metrics")
                .then()
                .statusCode(200)
                .header("Content-Encoding", "gzip")
                .body(containsString("pgvigil_build_info{"));
    }

    /** What curl, browsers, Prometheus 2 and 3 and others send; null: the header is missing. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "null|text/plain; version=0.0.4; charset=utf-8",
                "*/*|text/plain; version=0.0.4; charset=utf-8",
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8|text/plain; version=0.0.4; charset=utf-8",
                "text/plain;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.2|text/plain; version=0.0.4; charset=utf-8",
                "application/openmetrics-text;q=0,text/*|text/plain; version=0.0.4; charset=utf-8",
                "application/openmetrics-text|application/openmetrics-text; version=1.0.0; charset=utf-8",
                "application/openmetrics-text; version=0.0.1|application/openmetrics-text; version=1.0.0; charset=utf-8",
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
                        + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2|application/openmetrics-text; version=1.0.0; charset=utf-8",
            })
    void sendsOpenMetricsOnlyOnRequest(@Nullable String accept, String type) {
        String answer = ask("GET /metrics HTTP/1.1", accept == null ? "X-None: 1" : "Accept: " + accept);

        assertThat(answer).startsWith("HTTP/1.1 200").contains("content-type: " + type, "pgvigil_build_info{");
        assertThat(answer.contains("# EOF")).isEqualTo(type.startsWith("application/openmetrics-text"));
    }

    @Test
    void openMetricsIsAcceptedByPrometheus() throws IOException, InterruptedException {
        String text = given().accept("application/openmetrics-text")
                .get("/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString();

        assertThat(text).contains("# TYPE pgvigil_check_passes counter\n", "\npgvigil_check_passes_total{check=");
        assertThat(text.lines().filter(line -> line.startsWith("# TYPE "))).doesNotHaveDuplicates();
        assertThat(text).endsWith("# EOF\n").containsOnlyOnce("# EOF");
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/png", "application/json", "text/plain;q=0", "text/html"})
    void rejectsOtherMediaTypes(String accept) {
        problem("GET /metrics HTTP/1.1", "Accept: " + accept, 406);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "WORD"})
    void rejectsOtherMethods(String method) {
        assertThat(problem(method + " /metrics HTTP/1.1", "Content-Length: 0", 405))
                .contains("Allow: GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/metrics/", "/metrics/anything", "/metrics/x/y?a=b", "//metrics", "/%6Detrics", "/./metrics"})
    void rejectsOtherPaths(String path) {
        problem("GET " + path + " HTTP/1.1", "Accept: text/plain", 404);
    }

    @Test
    void headHasNoBody() {
        String answer = ask("HEAD /metrics HTTP/1.1", "Accept: */*");

        assertThat(answer)
                .startsWith("HTTP/1.1 200")
                .contains("content-type: text/plain")
                .endsWith("\r\n\r\n");
    }

    private static String problem(String request, String header, int status) {
        String answer = ask(request, header);
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status)
                .contains("application/problem+json", "\"status\":" + status)
                .doesNotContain("pgvigil_build_info");
        return answer;
    }

    private static String ask(String request, String header) {
        return RawHttp.ask(RestAssured.port, request, "Host: localhost", header);
    }

    @Test
    void removesMetersOfPools() {
        Metrics.counter("sql.pool.completed", "pool_name", "db1").increment();
        Metrics.counter("postgresql.reset", "client_name", "db1").increment();
        Metrics.counter("http.pool.rejected", "pool_name", "hooks").increment();
        Metrics.counter("worker.pool.test").increment();

        assertThat(scrape().types().keySet())
                .contains("worker_pool_test_total")
                .noneMatch(name -> name.matches("(sql|postgresql|http_pool)_.*"));
    }

    @Test
    void clientsCannotCreateSeriesByMethod() {
        for (int i = 0; i < 30; i++) {
            given().request("WORD" + i, "/there-is-no/" + i);
            given().get("/there-is-no/" + i + "?password=hunter2");
            given().get("/api/v1/databases/no-such-" + i);
        }
        Set<String> series = scrape().series().keySet();

        assertThat(series)
                .noneMatch(name -> name.contains("WORD") || name.contains("there-is-no") || name.contains("no-such"));
        assertThat(series.stream().filter(name -> name.startsWith("http_server_requests_seconds_count")))
                .hasSizeBetween(1, 15);
    }

    @Test
    void addsAndRemovesThousandTargets() {
        await("every target's first pass").atMost(PATIENCE).until(this::everyCheckHasRunForEveryTarget);
        Set<String> before = own();
        List<WeakReference<TargetState>> gone = comeAndGo();

        await().atMost(PATIENCE).untilAsserted(() -> {
            Set<String> after = own();
            assertThat(after).isSubsetOf(before);
            assertThat(before).isSubsetOf(after);
        });
        await().atMost(PATIENCE).until(() -> {
            System.gc();
            return gone.stream().allMatch(reference -> reference.refersTo(null));
        });
    }

    /** Servers that refuse: each has its own link, its own states and its own series. */
    private List<WeakReference<TargetState>> comeAndGo() {
        StringBuilder targets = new StringBuilder();
        for (int i = 0; i < MANY; i++) {
            targets.append("gone%d: { url: \"postgresql://pgvigil@127.9.%d.%d:9/shop\" }%n"
                    .formatted(i, i / 200, i % 200 + 1));
        }
        file.write(targets.toString());
        try {
            await().atMost(PATIENCE)
                    .until(() -> own().stream()
                                    .filter(series -> series.startsWith("pgvigil_server_connect_failures_total{"))
                                    .count()
                            == MANY);
            return fleet.snapshot().targets().values().stream()
                    .map(WeakReference::new)
                    .toList();
        } finally {
            file.restore();
        }
    }

    /** Names and labels of pgvigil's own series, save for those that come and go with what sessions and the server's
     * processes do just now. */
    private static Set<String> own() {
        Pattern fleeting = Pattern.compile(
                "pgvigil_(connections|long_work|blocking|capabilities|statement|io_backend)[_{].*", Pattern.DOTALL);
        return scrape().series().keySet().stream()
                .filter(series -> series.startsWith("pgvigil_")
                        && !fleeting.matcher(series).matches())
                .collect(toSet());
    }

    private String server() {
        return fleet.snapshot().servers().keySet().iterator().next().id();
    }

    private static Exposition scrape() {
        return Exposition.parse(text());
    }

    private static String text() {
        return given().accept("text/plain")
                .get("/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }
}
