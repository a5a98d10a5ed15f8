package dev.pgvigil.telemetry;

import static dev.pgvigil.telemetry.ReceivedTelemetry.attributes;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Spans;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.testing.OtlpReceiver;
import io.opentelemetry.proto.trace.v1.Span;
import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logmanager.handlers.ConsoleHandler;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A pgvigil as in production: one trace in a hundred, by gRPC, behind a token, with its log in JSON. */
@Tag("service")
@QuarkusTest
@TestProfile(OtlpGrpcTest.Profile.class)
class OtlpGrpcTest {

    private static final Server SERVER = new Server("db1.internal", 5433, "pgvigil", null, Tls.PREFER);
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SAMPLED = "00-" + TRACE + "-b7ad6b7169203331-01";

    public static final class Profile implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(
                    Exporting.class,
                    Map.of(
                            "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc",
                            "OTEL_EXPORTER_OTLP_COMPRESSION", "gzip",
                            "OTEL_METRIC_EXPORT_INTERVAL", "500",
                            // The first request may hang for as long while two processes start on the machine.
                            "OTEL_EXPORTER_OTLP_TIMEOUT", "2000",
                            "quarkus.otel.bsp.schedule.delay", "50ms",
                            "pgvigil.token", "correct-horse-battery-staple",
                            "pgvigil.host", "127.0.0.1",
                            "PGVIGIL_LOG", "json")));
        }
    }

    @SuppressWarnings("NullAway.Init") // given by the resource
    OtlpReceiver receiver;

    @Inject
    Spans spans;

    private ReceivedTelemetry arrivals;

    @BeforeEach
    @SuppressWarnings("NullAway")
    void forget() {
        receiver.forget();
        arrivals = new ReceivedTelemetry(receiver);
    }

    @Test
    void samplesOneTraceInHundred() {
        int passes = 20_000;
        for (int i = 0; i < passes; i++) {
            spans.pass(
                            "sample",
                            SERVER,
                            "shop",
                            null,
                            pass -> spans.statement(
                                    pass,
                                    "select 1 from pg_database",
                                    Uni.createFrom().item(1)))
                    .await()
                    .indefinitely();
        }
        long expected = passes / 100;

        await().atMost(Duration.ofSeconds(30))
                .during(Duration.ofMillis(500))
                .until(() -> kept("check sample") > expected / 2);
        assertThat(kept("check sample")).isBetween(expected * 6 / 10, expected * 14 / 10);
        assertThat(kept("SELECT pg_database")).isEqualTo(kept("check sample"));
        assertThat(receiver.versions()).containsExactly(HttpVersion.HTTP_2);
    }

    @Test
    void followsSamplingDecisionOfClient() {
        given().header("traceparent", SAMPLED).get("/api/v1/fleet");

        Span request = arrivals.span(span -> span.getKind() == Span.SpanKind.SPAN_KIND_SERVER);
        assertThat(attributes(request)).containsEntry("http.response.status_code", "401");
    }

    /** A heartbeat that happens to be under way is the watch's own, so one question may not do. */
    @Test
    void serverTimingShowsDatabaseTimeOfFreshStatus() {
        for (int i = 0; i < 10; i++) {
            given().header("traceparent", SAMPLED)
                    .header("Authorization", "Bearer correct-horse-battery-staple")
                    .get("/api/v1/databases/shop/status?fresh=true")
                    .then()
                    .statusCode(200);
        }

        Span beat = arrivals.span(span -> span.getName().equals("check heartbeat")
                && HexFormat.of().formatHex(span.getTraceId().toByteArray()).equals(TRACE));
        assertThat(arrivals.span(span -> span.getSpanId().equals(beat.getParentSpanId()))
                        .getKind())
                .isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
    }

    @Test
    void exportsSeriesByGrpc() {
        assertThat(arrivals.metric("pgvigil_build_info").getGauge().getDataPointsCount())
                .isEqualTo(1);
    }

    @Test
    void logLinesContainRequestAndTrace() {
        StringWriter log = new StringWriter();
        ConsoleHandler console = console();
        console.setWriter(log);
        try {
            given().header("traceparent", SAMPLED)
                    .header("X-Request-Id", "r-1")
                    .header("Authorization", "Bearer hunter2-hunter2-hunter2")
                    .get("/api/v1/fleet")
                    .then()
                    .statusCode(401);
            Logger.getLogger("io.vertx.test").warn("lost", new IllegalStateException("password=hunter2"));
        } finally {
            console.setTarget(ConsoleHandler.Target.SYSTEM_OUT);
        }

        JsonObject line = log.toString()
                .lines()
                .map(JsonObject::new)
                .filter(json -> json.getString("message").startsWith("wrong token"))
                .findFirst()
                .orElseThrow();
        assertThat(line.getString("trace_id")).isEqualTo(TRACE);
        assertThat(line.getString("span_id")).hasSize(16);
        assertThat(line.getString("request_id")).isEqualTo("r-1");
        assertThat(line.getString("level")).isEqualTo("WARN");
        assertThat(line.getString("logger")).startsWith("dev.pgvigil.security.");
        assertThat(Instant.parse(line.getString("timestamp"))).isBefore(Instant.now());
        assertThat(line.fieldNames())
                .containsExactlyInAnyOrder(
                        "timestamp", "level", "logger", "thread", "message", "trace_id", "span_id", "request_id");
        assertThat(log.toString())
                .doesNotContain("hunter2")
                .contains("\"stack_trace\":\"java.lang.IllegalStateException: password=***\\n");
    }

    /** Writes a line of the log for requests that ask for it. */
    @Singleton
    static final class Lines {

        void register(@Observes Filters filters) {
            filters.register(
                    context -> {
                        if (context.request().getHeader("X-Line-For-Test") != null) {
                            context.addHeadersEndHandler(
                                    end -> Logger.getLogger("io.vertx.test").warn("answered"));
                        }
                        context.next();
                    },
                    1);
        }
    }

    @Test
    void logLinesNameTheCaller() {
        StringWriter log = new StringWriter();
        ConsoleHandler console = console();
        console.setWriter(log);
        try {
            given().header("Authorization", "Bearer correct-horse-battery-staple")
                    .header("X-Line-For-Test", "yes")
                    .get("/api/v1/fleet")
                    .then()
                    .statusCode(200);
        } finally {
            console.setTarget(ConsoleHandler.Target.SYSTEM_OUT);
        }

        assertThat(log.toString().lines().map(JsonObject::new))
                .filteredOn(json -> json.getString("message").equals("answered"))
                .extracting(json -> json.getString("user"))
                .hasSize(1)
                .allSatisfy(user -> assertThat(user).isNotEmpty());
    }

    private static ConsoleHandler console() {
        return Arrays.stream(InitialConfigurator.DELAYED_HANDLER.getHandlers())
                .filter(ConsoleHandler.class::isInstance)
                .map(ConsoleHandler.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private long kept(String name) {
        return arrivals.spans().stream()
                .filter(span -> span.getName().equals(name))
                .count();
    }
}
