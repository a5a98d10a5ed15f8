package dev.pgvigil.postgres;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.Failure.Reason;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SpansTest {

    private static final Server SERVER = new Server("db1.internal", 5433, "pgvigil", new Secret("hunter2"), Tls.PREFER);

    private final Exported exported = new Exported();
    private final Spans spans = new Spans(telemetry(Sampler.alwaysOn()));

    @Test
    void createsRootSpanForCheckAndChildForStatement() {
        Integer answer = spans.pass("heartbeat", SERVER, "shop", null, pass -> ask(pass, "select 1 from pg_database"))
                .await()
                .indefinitely();

        assertThat(answer).isEqualTo(1);
        assertThat(exported.spans).hasSize(2);
        SpanData statement = exported.spans.get(0);
        SpanData pass = exported.spans.get(1);
        assertThat(pass.getName()).isEqualTo("check heartbeat");
        assertThat(pass.getKind()).isEqualTo(SpanKind.INTERNAL);
        assertThat(pass.getParentSpanContext().isValid()).isFalse();
        assertThat(text(pass, "pgvigil.check")).isEqualTo("heartbeat");
        assertThat(text(pass, "pgvigil.target")).isNull();
        assertThat(text(pass, "pgvigil.outcome")).isEqualTo("answered");
        assertThat(statement.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(statement.getParentSpanId()).isEqualTo(pass.getSpanId());
        assertThat(statement.getTraceId()).isEqualTo(pass.getTraceId());
        for (SpanData span : exported.spans) {
            assertThat(text(span, "server.address")).isEqualTo("db1.internal");
            assertThat(span.getAttributes().get(longKey("server.port"))).isEqualTo(5433);
            assertThat(text(span, "db.namespace")).isEqualTo("shop");
            assertThat(span.getAttributes().toString()).doesNotContain("hunter2");
        }
    }

    @Test
    void followsSemanticConventionsForStatements() {
        run("select state, count(*) from pg_stat_activity where pid <> 4711 group by 1");

        SpanData span = exported.spans.getFirst();
        assertThat(span.getName()).isEqualTo("SELECT pg_stat_activity");
        assertThat(text(span, "db.system.name")).isEqualTo("postgresql");
        assertThat(text(span, "db.operation.name")).isEqualTo("SELECT");
        assertThat(text(span, "db.query.summary")).isEqualTo("SELECT pg_stat_activity");
        assertThat(text(span, "db.query.text")).contains("pg_stat_activity").doesNotContain("4711");
    }

    @Test
    void removesLiteralsFromSpans() {
        List<String> hostile = List.of("secret", "it's secret", "secret\\", "a\\'secret", "$$ secret $$", "x\"secret");
        hostile.forEach(name -> run("select oid from pg_database where datname = " + Sql.literal(name) + " limit 1"));

        assertThat(exported.spans).hasSize(2 * hostile.size());
        assertThat(exported.spans).extracting(Object::toString).noneMatch(text -> text.contains("secret"));
    }

    @Test
    void recordsSqlStateOfFailure() {
        Failure failure = new Failure(Reason.PERMISSION, "permission denied for function pg_ls_waldir", "42501");
        Uni<Integer> work = spans.pass(
                "wal", SERVER, "shop", "shop", pass -> spans.statement(pass, "select pg_ls_waldir()", fails(failure)));

        assertThatThrownBy(() -> work.await().indefinitely()).isInstanceOf(FailureException.class);
        assertThat(exported.spans).hasSize(2).allSatisfy(span -> {
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(span.getStatus().getDescription()).isEqualTo(failure.message());
            assertThat(text(span, "db.response.status_code")).isEqualTo("42501");
            assertThat(text(span, "error.type")).isEqualTo("42501");
            assertThat(text(span, "pgvigil.outcome")).isEqualTo("failed");
        });
        assertThat(text(exported.spans.getLast(), "pgvigil.target")).isEqualTo("shop");
    }

    @Test
    void recordsReasonOfFailureWithoutAnswer() {
        Uni<Integer> work = spans.pass(
                "heartbeat", SERVER, "shop", null, pass -> fails(Failure.of(Reason.TIMEOUT, "no answer in 1 s")));

        assertThatThrownBy(() -> work.await().indefinitely()).isInstanceOf(FailureException.class);
        assertThat(text(exported.spans.getFirst(), "error.type")).isEqualTo("timeout");
        assertThat(text(exported.spans.getFirst(), "db.response.status_code")).isNull();
    }

    @Test
    void omitsMessageOfUnknownException() {
        Uni<Integer> work = spans.pass("heartbeat", SERVER, "shop", null, pass -> {
            throw new IllegalStateException("password=hunter2");
        });

        assertThatThrownBy(() -> work.await().indefinitely()).isInstanceOf(IllegalStateException.class);
        assertThat(exported.spans).hasSize(1);
        assertThat(exported.spans.getFirst().toString()).doesNotContain("hunter2");
        assertThat(text(exported.spans.getFirst(), "error.type")).isEqualTo("java.lang.IllegalStateException");
    }

    @Test
    void endsSpansOfCancelledCheck() {
        spans.pass(
                        "heartbeat",
                        SERVER,
                        "shop",
                        null,
                        pass -> spans.statement(
                                pass, "select 1", Uni.createFrom().nothing()))
                .subscribe()
                .with(item -> {})
                .cancel();

        assertThat(exported.spans)
                .hasSize(2)
                .allSatisfy(span -> assertThat(text(span, "pgvigil.outcome")).isEqualTo("cancelled"));
    }

    @Test
    void ignoresCurrentSpanAsParent() {
        try (Scope scope = exportedElsewhere().makeCurrent()) {
            assertThat(scope).isNotNull();
            run("select 1");
        }

        assertThat(exported.spans.getLast().getParentSpanContext().isValid()).isFalse();
    }

    @Test
    void usesRequestAsParentOnlyWithinItsWork() {
        SpanContext request = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.getDefault());

        Spans.askedBy(Context.root().with(Span.wrap(request)), () -> run("select 1"));
        assertThat(exported.spans.getLast().getParentSpanContext()).isEqualTo(request);

        run("select 1");
        assertThat(exported.spans.getLast().getParentSpanContext().isValid()).isFalse();
    }

    @Test
    void createsNoSpansForUnsampledCheck() {
        Spans unsampled = new Spans(telemetry(Sampler.alwaysOff()));
        Uni<Integer> work = Uni.createFrom().item(1);

        unsampled
                .pass("heartbeat", SERVER, "shop", null, pass -> {
                    assertThat(unsampled.statement(pass, "select 1", work)).isSameAs(work);
                    return work;
                })
                .await()
                .indefinitely();

        assertThat(spans.statement(Spans.Pass.NONE, "select 1", work)).isSameAs(work);
        assertThat(exported.spans).isEmpty();
    }

    private void run(String sql) {
        spans.pass("sample", SERVER, "shop", null, pass -> ask(pass, sql))
                .await()
                .indefinitely();
    }

    private Uni<Integer> ask(Spans.Pass pass, String sql) {
        return spans.statement(pass, sql, Uni.createFrom().item(1));
    }

    private static Uni<Integer> fails(Failure failure) {
        return Uni.createFrom().failure(new FailureException(failure));
    }

    private static @Nullable String text(SpanData span, String key) {
        return span.getAttributes().get(stringKey(key));
    }

    private Context exportedElsewhere() {
        return Context.root()
                .with(telemetry(Sampler.alwaysOn())
                        .getTracer("request")
                        .spanBuilder("GET /")
                        .startSpan());
    }

    private OpenTelemetrySdk telemetry(Sampler sampler) {
        return OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setSampler(sampler)
                        .addSpanProcessor(SimpleSpanProcessor.create(exported))
                        .build())
                .build();
    }

    private static final class Exported implements SpanExporter {

        final List<SpanData> spans = new CopyOnWriteArrayList<>();

        @Override
        public CompletableResultCode export(Collection<SpanData> batch) {
            spans.addAll(batch);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
