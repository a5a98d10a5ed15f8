package dev.pgvigil.postgres;

import static io.opentelemetry.semconv.DbAttributes.DB_NAMESPACE;
import static io.opentelemetry.semconv.DbAttributes.DB_OPERATION_NAME;
import static io.opentelemetry.semconv.DbAttributes.DB_QUERY_SUMMARY;
import static io.opentelemetry.semconv.DbAttributes.DB_QUERY_TEXT;
import static io.opentelemetry.semconv.DbAttributes.DB_RESPONSE_STATUS_CODE;
import static io.opentelemetry.semconv.DbAttributes.DB_SYSTEM_NAME;
import static io.opentelemetry.semconv.ErrorAttributes.ERROR_TYPE;
import static io.opentelemetry.semconv.ServerAttributes.SERVER_ADDRESS;
import static io.opentelemetry.semconv.ServerAttributes.SERVER_PORT;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.instrumentation.api.incubator.semconv.db.SqlStatementInfo;
import io.opentelemetry.instrumentation.api.incubator.semconv.db.SqlStatementSanitizer;
import io.opentelemetry.semconv.DbAttributes.DbSystemNameValues;
import io.opentelemetry.semconv.SchemaUrls;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Creates the spans of checks and their statements. Each ends with its work, whether that succeeds, fails or is cancelled. The
 * reason comes from a {@link FailureException}, so wrap the work before failures become values. An unsampled check costs almost
 * nothing, and its statements nothing.
 */
@Singleton
public final class Spans {

    static final AttributeKey<String> CHECK = AttributeKey.stringKey("pgvigil.check");
    static final AttributeKey<String> TARGET = AttributeKey.stringKey("pgvigil.target");
    static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("pgvigil.outcome");

    // The parent of the spans that begin now. Not in the current context: on an event loop that belongs to a request.
    private static final ThreadLocal<Context> PARENT = ThreadLocal.withInitial(Context::root);

    private final Tracer tracer;
    private final SqlStatementSanitizer sanitizer = SqlStatementSanitizer.create(true);

    public Spans(OpenTelemetry telemetry) {
        this.tracer = telemetry
                .tracerBuilder("dev.pgvigil")
                .setSchemaUrl(SchemaUrls.V1_37_0)
                .build();
    }

    /** One run of a check: the parent of its statements. */
    public static final class Pass {

        /** No run: its statements create no spans. */
        public static final Pass NONE = new Pass(Span.getInvalid(), null, "");

        private final Span span;
        private final @Nullable Server server;
        private final String database;

        private Pass(Span span, @Nullable Server server, String database) {
            this.span = span;
            this.server = server;
            this.database = database;
        }
    }

    /** Makes this context the parent of the checks that begin inside this work: of a request for a fresh result. */
    public static void askedBy(Context asker, Runnable work) {
        PARENT.set(asker);
        try {
            work.run();
        } finally {
            PARENT.remove();
        }
    }

    /**
     * The work inside a span {@code check <name>}, started at each subscription: a root, unless {@link #askedBy} gives a
     * parent.
     *
     * @param target null if the check is of the whole server
     */
    public <T> Uni<T> pass(
            String check, Server server, String database, @Nullable String target, Function<Pass, Uni<T>> work) {
        return Uni.createFrom().deferred(() -> {
            // the caller's context is not the parent: the check was started by the monitor, not by the request before
            // it
            Span span =
                    tracer.spanBuilder("check " + check).setParent(PARENT.get()).startSpan();
            Pass pass = new Pass(span, server, database);
            if (!span.isRecording()) {
                return work.apply(pass);
            }
            describe(span, server, database).setAttribute(CHECK, check).setAttribute(TARGET, target);
            return ended(span, Uni.createFrom().deferred(() -> work.apply(pass)));
        });
    }

    /**
     * The work inside a client span under its check's span, started at each subscription. Literals are removed from the text.
     */
    public <T> Uni<T> statement(Pass pass, String sql, Uni<T> work) {
        Server server = pass.server;
        if (server == null || !pass.span.isRecording()) {
            return work;
        }
        return Uni.createFrom().deferred(() -> {
            SqlStatementInfo info = sanitizer.sanitize(sql);
            String summary = summary(info);
            Span span = tracer.spanBuilder(summary)
                    .setSpanKind(SpanKind.CLIENT)
                    .setParent(Context.root().with(pass.span))
                    .startSpan();
            describe(span, server, pass.database)
                    .setAttribute(DB_SYSTEM_NAME, DbSystemNameValues.POSTGRESQL)
                    .setAttribute(DB_QUERY_TEXT, info.getFullStatement())
                    .setAttribute(DB_QUERY_SUMMARY, summary)
                    .setAttribute(DB_OPERATION_NAME, info.getOperation());
            return ended(span, work);
        });
    }

    private static String summary(SqlStatementInfo info) {
        String operation = info.getOperation();
        String relation = info.getMainIdentifier();
        if (operation == null) {
            return "postgresql";
        }
        return relation == null ? operation : operation + " " + relation;
    }

    private static Span describe(Span span, Server server, String database) {
        return span.setAttribute(SERVER_ADDRESS, server.host())
                .setAttribute(SERVER_PORT, (long) server.port())
                .setAttribute(DB_NAMESPACE, database);
    }

    private static <T> Uni<T> ended(Span span, Uni<T> work) {
        return work.onTermination().invoke((item, failure, cancelled) -> {
            if (failure != null) {
                failed(span, failure);
            }
            span.setAttribute(OUTCOME, cancelled ? "cancelled" : failure != null ? "failed" : "answered");
            span.end();
        });
    }

    private static void failed(Span span, Throwable thrown) {
        if (!(thrown instanceof FailureException known)) {
            // its message may contain any text
            span.setStatus(StatusCode.ERROR)
                    .setAttribute(ERROR_TYPE, thrown.getClass().getName());
            return;
        }
        Failure failure = known.failure();
        String reason = failure.reason().name().toLowerCase(Locale.ROOT);
        span.setStatus(StatusCode.ERROR, failure.message())
                .setAttribute(DB_RESPONSE_STATUS_CODE, failure.sqlState())
                .setAttribute(ERROR_TYPE, failure.sqlState() == null ? reason : failure.sqlState());
    }
}
