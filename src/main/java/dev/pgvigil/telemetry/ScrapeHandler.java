package dev.pgvigil.telemetry;

import dev.pgvigil.http.ProblemException;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Serves scrapes. It replaces the route of Quarkus, which accepts any method and any path below, and sends OpenMetrics to
 * clients that did not request it. Only one text is generated at a time, and concurrent clients share it: with the maximum
 * number of series, two texts would overflow the heap.
 */
@Singleton
final class ScrapeHandler {

    /** Maximum number of concurrent clients. A further client replaces the one with the longest time without progress. */
    static final int READERS = 8;

    /** After the authorization of Quarkus, which is at 100. */
    private static final int PRIORITY = 50;

    private static final String PATH = "/metrics";
    private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final CollectorRegistry registry;
    private final WorkerExecutor worker;
    private final Map<Format, Future<ScrapeBody>> bodies = new EnumMap<>(Format.class);
    private final Set<ScrapeReader> readers = ConcurrentHashMap.newKeySet();

    ScrapeHandler(CollectorRegistry registry, Vertx vertx) {
        this.registry = registry;
        this.worker = vertx.createSharedWorkerExecutor("scrape", 1);
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, PRIORITY);
    }

    private void handle(RoutingContext context) {
        // Compared as the router does, so that no other form of the path reaches the route of Quarkus.
        String path = context.normalizedPath();
        if (!path.equals(PATH) && !path.startsWith(PATH + "/")) {
            context.next();
        } else if (!PATH.equals(context.request().path())) {
            context.fail(ProblemException.notFound("this path does not exist; the metrics are at " + PATH));
        } else if (!METHODS.contains(context.request().method())) {
            context.fail(
                    ProblemException.of(405, "this path supports GET and HEAD").header("Allow", "GET, HEAD"));
        } else {
            scrape(context);
        }
    }

    private void scrape(RoutingContext context) {
        Format format = Format.chosen(context.parsedHeaders().accept());
        if (format == null) {
            context.fail(ProblemException.of(
                    406, "the header Accept allows neither text/plain nor application/openmetrics-text"));
            return;
        }
        ScrapeReader reader = new ScrapeReader(context.response(), acceptsGzip(context.request()));
        if (HttpMethod.HEAD.equals(context.request().method())) {
            reader.sendHead(format.contentType());
            return;
        }
        context.addEndHandler(ended -> readers.remove(reader));
        add(reader);
        Context loop = context.vertx().getOrCreateContext();
        body(format).onComplete(made -> loop.runOnContext(now -> answer(context, reader, format, made)));
    }

    private static void answer(
            RoutingContext context, ScrapeReader reader, Format format, AsyncResult<ScrapeBody> made) {
        if (made.failed()) {
            context.fail(made.cause());
            return;
        }
        try {
            reader.send(format.contentType(), made.result());
        } catch (IOException e) {
            context.fail(e);
        }
    }

    private static boolean acceptsGzip(HttpServerRequest request) {
        String encodings = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
        return encodings != null && encodings.contains("gzip") && !encodings.contains("gzip;q=0");
    }

    private void add(ScrapeReader reader) {
        readers.add(reader);
        while (readers.size() > READERS) {
            ScrapeReader slowest =
                    Collections.min(readers, (one, other) -> Long.signum(one.progressAt() - other.progressAt()));
            readers.remove(slowest);
            slowest.cancel();
        }
    }

    int readers() {
        return readers.size();
    }

    /** The text that is being generated or was generated just now, otherwise a new one. */
    private synchronized Future<ScrapeBody> body(Format format) {
        Future<ScrapeBody> latest = bodies.get(format);
        if (latest != null
                && (!latest.isComplete()
                        || (latest.succeeded() && latest.result().current(System.nanoTime())))) {
            return latest;
        }
        Future<ScrapeBody> made = worker.executeBlocking(() -> ScrapeBody.of(out -> write(format, out)));
        bodies.put(format, made);
        return made;
    }

    private void write(Format format, OutputStream out) throws IOException {
        Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 14);
        TextFormat.writeFormat(format.contentType(), text, Exemplars.allowed(registry.metricFamilySamples()));
        text.flush();
    }

    @PreDestroy
    void close() {
        worker.close();
    }
}
