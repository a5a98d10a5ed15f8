package dev.pgvigil.alert.channel;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A real HTTP server that receives notifications and behaves as told. */
public final class HttpReceiver implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile Consumer<HttpServerRequest> behaviour =
            request -> request.response().end();

    /** What arrived. */
    public record Request(String method, String path, Map<String, String> headers, String body) {}

    /** Starts one on a free port of this machine. */
    public HttpReceiver() {
        try {
            server = vertx.createHttpServer()
                    .requestHandler(request -> request.body().onSuccess(body -> {
                        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
                        request.headers().forEach(header -> headers.put(header.getKey(), header.getValue()));
                        requests.add(new Request(request.method().name(), request.uri(), headers, body.toString()));
                        behaviour.accept(request);
                    }))
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** From now on, each request is answered like this. */
    public HttpReceiver behaving(Consumer<HttpServerRequest> next) {
        behaviour = next;
        return this;
    }

    /** From now on, each request gets that status. */
    public HttpReceiver answering(int status) {
        return behaving(request -> request.response().setStatusCode(status).end());
    }

    public int port() {
        return server.actualPort();
    }

    public String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
