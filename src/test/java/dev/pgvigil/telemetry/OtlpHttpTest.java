package dev.pgvigil.telemetry;

import static dev.pgvigil.telemetry.ReceivedTelemetry.attributes;
import static io.restassured.RestAssured.given;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.lessThan;

import com.google.protobuf.ByteString;
import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Spans;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.testing.OtlpReceiver;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpVersion;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a collector gets by HTTP of a pgvigil that keeps every trace. */
@Tag("service")
@QuarkusTest
@TestProfile(OtlpHttpTest.Profile.class)
class OtlpHttpTest {

    private static final Server SERVER = new Server("db1.internal", 5433, "pgvigil", new Secret("hunter2"), Tls.PREFER);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    public static final class Profile implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(
                    Exporting.class,
                    Map.of(
                            "OTEL_TRACES_SAMPLER_ARG", "1.0",
                            "OTEL_EXPORTER_OTLP_TIMEOUT", "1000",
                            "OTEL_METRIC_EXPORT_INTERVAL", "500",
                            "OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20a+b==,x-key= one%2C%20two%5C%24%7Bx} ",
                            "OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test,team=dba",
                            "quarkus.otel.bsp.schedule.delay", "50ms")));
        }
    }

    @SuppressWarnings("NullAway.Init") // given by the resource
    OtlpReceiver receiver;

    @Inject
    Spans spans;

    @Inject
    OpenTelemetry telemetry;

    private ReceivedTelemetry arrivals;

    @BeforeEach
    @SuppressWarnings("NullAway")
    void forget() {
        receiver.forget();
        arrivals = new ReceivedTelemetry(receiver);
    }

    @Test
    void exportsSpanOfCheckWithItsStatement() {
        pass("select pid from pg_stat_activity where datname = 'hunter2' and pid = 4711");

        // other tests' passes may still be arriving
        Span statement = arrivals.span("SELECT pg_stat_activity");
        Span pass = arrivals.span(span -> span.getSpanId().equals(statement.getParentSpanId()));
        assertThat(pass.getName()).isEqualTo("check sample");
        assertThat(pass.getParentSpanId()).isEqualTo(ByteString.EMPTY);
        assertThat(pass.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_INTERNAL);
        assertThat(statement.getTraceId()).isEqualTo(pass.getTraceId());
        assertThat(statement.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
        assertThat(attributes(statement))
                .containsEntry("db.system.name", "postgresql")
                .containsEntry("db.namespace", "shop")
                .containsEntry("server.address", "db1.internal")
                .containsEntry("server.port", "5433")
                .containsEntry("db.query.summary", "SELECT pg_stat_activity");
        assertThat(receiver.spans().toString()).doesNotContain("hunter2").doesNotContain("4711");
        assertThat(receiver.versions()).containsExactly(HttpVersion.HTTP_1_1);
        assertThat(telemetry.toString()).contains("VertxHttp");
    }

    @Test
    void exportsServiceAttributes() {
        ResourceSpans arrived =
                await().until(receiver::spans, all -> !all.isEmpty()).getFirst();

        assertThat(attributes(arrived.getResource().getAttributesList()))
                .containsEntry("service.name", "pgvigil")
                .containsEntry("team", "dba")
                .containsEntry("deployment.environment.name", "test")
                .containsKey("service.version");
    }

    @Test
    void sendsConfiguredHeaders() {
        await().until(receiver::spans, all -> !all.isEmpty());

        assertThat(receiver.headers().get("Authorization")).isEqualTo("Basic a+b==");
        assertThat(receiver.headers().get("X-Key")).isEqualTo("one, two\\${x}");
    }

    @Test
    void monitorCreatesOnlySpansOfChecks() {
        arrivals.span("check heartbeat");
        arrivals.span("check blocking");
        await().atMost(PATIENCE).until(() -> arrivals.spans().size() > 30);
        List<Span> arrived = arrivals.spans();
        Map<ByteString, Span> passes = arrived.stream()
                .filter(span -> span.getParentSpanId().isEmpty())
                .collect(toMap(Span::getSpanId, Function.identity()));

        assertThat(passes.values()).allSatisfy(span -> {
            assertThat(span.getName()).startsWith("check ");
            assertThat(attributes(span)).containsKeys("pgvigil.check", "pgvigil.outcome", "server.address");
        });
        assertThat(arrived.stream().filter(span -> !span.getParentSpanId().isEmpty()))
                .isNotEmpty()
                .allSatisfy(span -> {
                    assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
                    assertThat(attributes(span)).containsKeys("db.system.name", "db.query.text", "db.namespace");
                });
    }

    @Test
    void requestSpanHasNoQueryValues() {
        given().get("/there-is-nothing?token=hunter2&hunter2&region=eu").then().statusCode(404);

        Span request = arrivals.span(OtlpHttpTest::isRequest);
        assertThat(attributes(request))
                .containsEntry("http.request.method", "GET")
                .containsEntry("http.response.status_code", "404")
                .containsEntry("url.path", "/there-is-nothing")
                .containsEntry("url.query", "token=?&?&region=?");
        assertThat(request.toString()).doesNotContain("hunter2");
    }

    @Test
    void doesNotExportExceptionMessages() {
        telemetry
                .getTracer("test")
                .spanBuilder("broken")
                .startSpan()
                .recordException(new IllegalStateException("password=hunter2"))
                .end();

        assertThat(arrivals.span("broken").getEventsList()).isEmpty();
    }

    @Test
    void requestJoinsTraceOfClient() {
        given().header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .get("/api/v1/fleet")
                .then()
                .statusCode(200);

        Span request = arrivals.span(OtlpHttpTest::isRequest);
        assertThat(hex(request.getTraceId())).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(hex(request.getParentSpanId())).isEqualTo("b7ad6b7169203331");
        assertThat(request.getName()).isEqualTo("GET /api/v1/fleet");
    }

    @Test
    void probesAndScrapesCreateNoSpans() {
        for (String path : List.of("/metrics", "/metrics?name=x", "/health", "/health/live", "/health/ready?verbose")) {
            given().get(path);
        }
        pass("select 1");

        arrivals.span("check sample");
        assertThat(arrivals.spans()).noneMatch(OtlpHttpTest::isRequest);
    }

    @Test
    void exportsSeriesOfScrape() {
        Metric dropped = arrivals.metric("pgvigil_series_dropped_total");
        Metric status = arrivals.metric("pgvigil_target_status");

        assertThat(dropped.getSum().getIsMonotonic()).isTrue();
        assertThat(dropped.getDescription()).isNotEmpty();
        assertThat(dropped.getSum().getDataPointsList())
                .hasSize(DroppedSeries.Cause.values().length)
                .extracting(NumberDataPoint::getAsDouble)
                .containsOnly(0.0);
        assertThat(status.getGauge().getDataPointsList())
                .anySatisfy(point -> assertThat(attributes(point.getAttributesList()))
                        .containsEntry("target", "odd")
                        .containsEntry("datname", Exporting.HOSTILE)
                        .containsEntry("status", "healthy"));
        assertThat(arrivals.metric("pgvigil_heartbeat_age_seconds").getUnit()).isEqualTo("s");
        assertThat(attributes(receiver.metrics().getFirst().getResource().getAttributesList()))
                .containsEntry("service.name", "pgvigil");
    }

    @Test
    void exportsAllDocumentedMetricsByTheSameNames() throws IOException {
        Set<String> told = MetricsTable.names(Files.readString(Path.of("docs/reference/metrics.md")));

        // the SDK tells of its own queue as well
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(arrivals.metrics()
                                .map(Metric::getName)
                                .filter(name -> name.startsWith("pgvigil_"))
                                .distinct())
                        .containsExactlyInAnyOrderElementsOf(told));
    }

    @Test
    void exportsHistogramCompletely() {
        HistogramDataPoint lateness = await().atMost(PATIENCE)
                .until(
                        () -> arrivals.metrics()
                                .filter(metric -> metric.getName().equals("pgvigil_heartbeat_lateness_seconds"))
                                .map(metric -> metric.getHistogram().getDataPoints(0))
                                .filter(point -> point.getCount() > 0)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();

        assertThat(lateness.getExplicitBoundsList())
                .startsWith(0.001, 0.002, 0.005)
                .endsWith(5.0)
                .isSorted();
        assertThat(lateness.getBucketCountsList())
                .hasSize(lateness.getExplicitBoundsCount() + 1)
                .allMatch(count -> count >= 0);
        assertThat(lateness.getBucketCountsList().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(lateness.getCount());
        assertThat(lateness.getSum()).isPositive();
        assertThat(lateness.getAttributesList()).isEmpty();
    }

    /** Prometheus refuses a scrape with any other. */
    @Test
    void exemplarsAreWhereOpenMetricsAllowsThem() {
        given().get("/api/v1/fleet").then().statusCode(200);

        String text =
                given().accept("application/openmetrics-text").get("/metrics").asString();

        assertThat(text).contains("# TYPE http_server_bytes_written summary");
        assertThat(text.lines().filter(line -> !line.startsWith("#") && line.contains(" # {")))
                .allMatch(line -> line.contains("_bucket{") || line.contains("_total{"));
    }

    @Test
    void hangingCollectorDoesNotAffectMonitoring() {
        receiver.mute(true);
        try {
            for (int i = 0; i < 5_000; i++) {
                pass("select 1");
            }
            answersWithin(1_000, "/health/live");
            answersWithin(2_000, "/metrics");
        } finally {
            receiver.mute(false);
        }

        await().atMost(PATIENCE).until(this::arrivesAgain);
    }

    @Test
    void unavailableCollectorDoesNotAffectMonitoring() {
        receiver.away();
        try {
            for (int i = 0; i < 100; i++) {
                pass("select 1");
            }
            answersWithin(1_000, "/health/live");
        } finally {
            receiver.back();
        }

        await().atMost(PATIENCE).until(this::arrivesAgain);
    }

    /** One answer of several: a machine may stand still during one, an exporter that is waited for delays each. */
    private static void answersWithin(long milliseconds, String path) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> given().get(path).then().statusCode(200).time(lessThan(milliseconds)));
    }

    private boolean arrivesAgain() {
        pass("select 1 from pg_tablespace");
        return arrivals.spans().stream().anyMatch(span -> span.getName().equals("SELECT pg_tablespace"));
    }

    private void pass(String sql) {
        spans.pass(
                        "sample",
                        SERVER,
                        "shop",
                        null,
                        pass -> spans.statement(pass, sql, Uni.createFrom().item(1)))
                .await()
                .indefinitely();
    }

    private static boolean isRequest(Span span) {
        return span.getKind() == Span.SpanKind.SPAN_KIND_SERVER;
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
