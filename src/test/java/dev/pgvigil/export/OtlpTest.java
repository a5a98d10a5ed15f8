package dev.pgvigil.export;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.lessThan;

import dev.pgvigil.config.Secret;
import dev.pgvigil.target.Server;
import dev.pgvigil.target.Spans;
import dev.pgvigil.target.Tls;
import dev.pgvigil.testing.OtlpReceiver;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpVersion;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What arrives at a collector. */
abstract class OtlpTest {

    private static final Server SERVER = new Server("db1.internal", 5433, "pgvigil", new Secret("hunter2"), Tls.PREFER);

    /** A collector, and a pgvigil that is told of it by the standard's variables. */
    public static class Collector implements QuarkusTestResourceLifecycleManager {

        private final OtlpReceiver receiver = new OtlpReceiver();
        private Map<String, String> variables = Map.of();

        @Override
        public void init(Map<String, String> given) {
            variables = given;
        }

        @Override
        public Map<String, String> start() {
            Map<String, String> config = new HashMap<>(variables);
            config.put("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url());
            config.put("OTEL_EXPORTER_OTLP_TIMEOUT", "1000");
            config.put("OTEL_METRIC_EXPORT_INTERVAL", "500");
            config.put("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test,team=dba");
            config.put("quarkus.otel.bsp.schedule.delay", "50ms");
            return config;
        }

        @Override
        public void stop() {
            receiver.close();
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(receiver, new TestInjector.MatchesType(OtlpReceiver.class));
        }
    }

    /** A profile for one protocol. */
    abstract static class Profile implements QuarkusTestProfile {

        abstract Map<String, String> variables();

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Collector.class, variables()));
        }
    }

    @SuppressWarnings("NullAway.Init") // given by the collector
    OtlpReceiver receiver;

    @Inject
    Spans spans;

    abstract HttpVersion version();

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void forget() {
        receiver.forget();
    }

    @Test
    void a_pass_arrives_with_its_statement() {
        pass("select pid from pg_stat_activity where datname = 'hunter2' and pid = 4711");

        List<Span> arrived = await().until(this::spans, all -> all.size() >= 2);
        Span pass = named(arrived, "check sample");
        Span statement = named(arrived, "SELECT pg_stat_activity");
        assertThat(pass.getParentSpanId().isEmpty()).isTrue();
        assertThat(pass.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_INTERNAL);
        assertThat(statement.getParentSpanId()).isEqualTo(pass.getSpanId());
        assertThat(statement.getTraceId()).isEqualTo(pass.getTraceId());
        assertThat(statement.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
        assertThat(attributes(statement.getAttributesList()))
                .containsEntry("db.system.name", "postgresql")
                .containsEntry("db.namespace", "shop")
                .containsEntry("server.address", "db1.internal")
                .containsEntry("server.port", "5433")
                .containsEntry("db.query.summary", "SELECT pg_stat_activity");
        assertThat(receiver.spans().toString()).doesNotContain("hunter2").doesNotContain("4711");
        assertThat(receiver.versions()).containsExactly(version());
    }

    @Test
    void it_says_who_speaks() {
        pass("select 1");

        ResourceSpans arrived =
                await().until(receiver::spans, all -> !all.isEmpty()).getFirst();
        assertThat(attributes(arrived.getResource()))
                .containsEntry("service.name", "pgvigil")
                .containsEntry("team", "dba")
                .containsEntry("deployment.environment.name", "test")
                .containsKey("service.version");
    }

    @Test
    void a_request_is_a_span_without_what_it_was_asked() {
        given().get("/there-is-nothing?token=hunter2&hunter2&region=eu").then().statusCode(404);

        Span request = await().until(this::spans, all -> !all.isEmpty()).getFirst();
        assertThat(request.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
        assertThat(attributes(request.getAttributesList()))
                .containsEntry("http.request.method", "GET")
                .containsEntry("http.response.status_code", "404")
                .containsEntry("url.query", "token=?&?&region=?");
        assertThat(request.toString()).doesNotContain("hunter2");
    }

    @Test
    void a_request_belongs_to_its_callers_trace() {
        given().header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .get("/there-is-nothing");

        Span request = await().until(this::spans, all -> !all.isEmpty()).getFirst();
        assertThat(HexFormat.of().formatHex(request.getTraceId().toByteArray()))
                .isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(HexFormat.of().formatHex(request.getParentSpanId().toByteArray()))
                .isEqualTo("b7ad6b7169203331");
    }

    @Test
    void probes_and_scrapes_make_no_spans() {
        given().get("/metrics").then().statusCode(200);
        given().get("/metrics?name=x");
        given().get("/health/live");
        given().get("/health/ready?verbose");
        pass("select 1");

        await().until(
                        this::spans,
                        all -> all.stream().anyMatch(span -> span.getName().equals("check sample")));
        assertThat(spans()).noneMatch(span -> span.getKind() == Span.SpanKind.SPAN_KIND_SERVER);
    }

    @Test
    void the_series_of_a_scrape_arrive_too() {
        await().until(() -> metrics().anyMatch(metric -> metric.getName().equals("pgvigil_build_info")));
        Metric dropped = metrics()
                .filter(metric -> metric.getName().equals("pgvigil_series_dropped_total"))
                .findFirst()
                .orElseThrow();

        assertThat(dropped.getSum().getIsMonotonic()).isTrue();
        assertThat(dropped.getDescription()).isNotEmpty();
        assertThat(dropped.getSum().getDataPointsList())
                .extracting(NumberDataPoint::getAsDouble)
                .containsOnly(0.0)
                .hasSize(Losses.Cause.values().length);
        assertThat(attributes(receiver.metrics().getFirst().getResource())).containsEntry("service.name", "pgvigil");
    }

    @Test
    void a_collector_that_hangs_costs_nothing_but_its_spans() {
        receiver.mute(true);
        for (int i = 0; i < 5_000; i++) {
            pass("select 1");
        }
        given().get("/metrics").then().statusCode(200).time(lessThan(1_000L));
        receiver.mute(false);

        await().atMost(Duration.ofSeconds(20)).until(this::arrivesAgain);
    }

    @Test
    void a_collector_that_is_away_costs_nothing_but_its_spans() {
        receiver.away();
        for (int i = 0; i < 100; i++) {
            pass("select 1");
        }
        given().get("/metrics").then().statusCode(200).time(lessThan(1_000L));
        receiver.back();

        await().atMost(Duration.ofSeconds(20)).until(this::arrivesAgain);
    }

    private boolean arrivesAgain() {
        pass("select 1 from pg_database");
        return spans().stream().anyMatch(span -> span.getName().equals("SELECT pg_database"));
    }

    void pass(String sql) {
        spans.pass(
                        "sample",
                        SERVER,
                        "shop",
                        null,
                        pass -> spans.statement(pass, sql, Uni.createFrom().item(1)))
                .await()
                .indefinitely();
    }

    List<Span> spans() {
        return receiver.spans().stream()
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream())
                .toList();
    }

    private Stream<Metric> metrics() {
        return receiver.metrics().stream()
                .flatMap(resource -> resource.getScopeMetricsList().stream())
                .flatMap(scope -> scope.getMetricsList().stream());
    }

    private static Span named(List<Span> spans, String name) {
        return spans.stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> attributes(Resource resource) {
        return attributes(resource.getAttributesList());
    }

    private static Map<String, String> attributes(List<KeyValue> attributes) {
        Map<String, String> plain = new HashMap<>();
        for (KeyValue attribute : attributes) {
            plain.put(
                    attribute.getKey(),
                    attribute.getValue().hasIntValue()
                            ? Long.toString(attribute.getValue().getIntValue())
                            : attribute.getValue().getStringValue());
        }
        return plain;
    }
}
