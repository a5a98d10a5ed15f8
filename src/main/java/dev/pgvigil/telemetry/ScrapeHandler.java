package dev.pgvigil.telemetry;

import dev.pgvigil.http.ProblemException;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * Answers scrapes, in place of Quarkus' own route, which takes any method and any path below, and gives OpenMetrics to who
 * did not ask for it. Bounds those under way: each holds its whole text in memory, which of a large fleet is megabytes.
 */
@Singleton
final class ScrapeHandler {

    static final int AT_ONCE = 4;

    private static final int PRIORITY = 700;
    private static final String PATH = "/metrics";
    private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final CollectorRegistry registry;
    private final Semaphore free = new Semaphore(AT_ONCE);

    ScrapeHandler(CollectorRegistry registry) {
        this.registry = registry;
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, PRIORITY);
    }

    private void handle(RoutingContext context) {
        // As routes are found, so that no other writing of the path gets to Quarkus' own.
        String path = context.normalizedPath();
        if (!path.equals(PATH) && !path.startsWith(PATH + "/")) {
            context.next();
        } else if (!PATH.equals(context.request().path())) {
            context.fail(ProblemException.notFound("nothing is at this path; the metrics are at " + PATH));
        } else if (!METHODS.contains(context.request().method())) {
            context.fail(
                    ProblemException.of(405, "this path knows GET and HEAD").header("Allow", "GET, HEAD"));
        } else {
            scrape(context);
        }
    }

    private void scrape(RoutingContext context) {
        Format format = Format.chosen(context.parsedHeaders().accept());
        if (format == null) {
            context.fail(ProblemException.of(
                    406, "the header Accept allows neither text/plain nor application/openmetrics-text"));
        } else if (enter()) {
            context.addEndHandler(ended -> leave());
            context.vertx()
                    .executeBlocking(() -> text(format), false)
                    .onSuccess(text -> answer(context.response(), format, text))
                    .onFailure(context::fail);
        } else {
            context.fail(ProblemException.of(503, AT_ONCE + " scrapes are under way already")
                    .header("Retry-After", "1"));
        }
    }

    private Buffer text(Format format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Writer text = new OutputStreamWriter(bytes, StandardCharsets.UTF_8)) {
            TextFormat.writeFormat(format.contentType(), text, registry.metricFamilySamples());
        }
        return Buffer.buffer(bytes.toByteArray());
    }

    private static void answer(HttpServerResponse response, Format format, Buffer text) {
        // The scraper may have gone meanwhile.
        if (!response.closed()) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, format.contentType()).end(text);
        }
    }

    boolean enter() {
        return free.tryAcquire();
    }

    void leave() {
        free.release();
    }
}
