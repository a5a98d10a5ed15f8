package dev.pgvigil.check.host;

import dev.pgvigil.check.host.HostMetrics.Malformed;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/**
 * Reads the metrics of a node_exporter: one request within a deadline, of a bounded answer, without redirects. Used from one event
 * loop.
 */
final class NodeExporter implements AutoCloseable {

    /** The most bytes of an answer. */
    static final int MOST_BYTES = 4 * 1024 * 1024;

    static final long DEADLINE_MS = 5_000;

    private static final int CONNECT_MS = 2_000;

    private final Vertx vertx;
    private final HttpClient client;

    NodeExporter(Vertx vertx) {
        this.vertx = vertx;
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout(CONNECT_MS)
                .setMaxPoolSize(1)
                .setKeepAlive(false)
                .setMaxWaitQueueSize(1));
    }

    /** The reason for which there is no answer that can be used. */
    static final class Unusable extends RuntimeException {

        private static final long serialVersionUID = 1;

        Unusable(String message) {
            super(message, null, false, false);
        }
    }

    /** Fails with {@link Unusable}. */
    Uni<HostMetrics> scrape(URI address) {
        return Uni.createFrom().completionStage(() -> request(address).toCompletionStage());
    }

    private Future<HostMetrics> request(URI address) {
        Promise<HostMetrics> result = Promise.promise();
        long timer = vertx.setTimer(
                DEADLINE_MS, late -> result.tryFail(new Unusable("no answer within " + DEADLINE_MS / 1000 + " s")));
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(address.toString())
                .setFollowRedirects(false)
                .putHeader("accept", "text/plain; version=0.0.4");
        client.request(options)
                .compose(request -> {
                    result.future().onFailure(given -> request.reset());
                    return result.future().isComplete() ? Future.failedFuture("too late") : request.send();
                })
                .onSuccess(response -> receive(response, result))
                .onFailure(thrown -> result.tryFail(new Unusable(reason(thrown))));
        return result.future().onComplete(end -> vertx.cancelTimer(timer));
    }

    private static void receive(HttpClientResponse response, Promise<HostMetrics> result) {
        response.exceptionHandler(thrown -> result.tryFail(new Unusable(reason(thrown))));
        if (response.statusCode() != 200) {
            result.tryFail(new Unusable("it answers with status " + response.statusCode()));
            return;
        }
        HostMetrics metrics = new HostMetrics();
        int[] bytes = {0};
        response.handler(part -> {
            bytes[0] += part.length();
            if (result.future().isComplete()) {
                return;
            }
            if (bytes[0] > MOST_BYTES) {
                result.tryFail(new Unusable("its answer is longer than " + MOST_BYTES / 1024 / 1024 + " MiB"));
                return;
            }
            guarded(result, () -> metrics.add(part.getBytes()));
        });
        response.endHandler(end -> guarded(result, () -> {
            metrics.end();
            result.tryComplete(metrics);
        }));
    }

    private static void guarded(Promise<HostMetrics> result, Runnable work) {
        try {
            if (!result.future().isComplete()) {
                work.run();
            }
        } catch (Malformed e) {
            result.tryFail(new Unusable("its answer cannot be used: " + e.getMessage()));
        }
    }

    /** Without text of the other side. */
    private static String reason(Throwable thrown) {
        return switch (thrown) {
            case Unusable known -> String.valueOf(known.getMessage());
            case UnknownHostException unknown -> "its host name does not resolve";
            case SSLException handshake -> "the TLS handshake failed";
            case ConnectException refused -> "no connection";
            case Throwable other -> "the connection failed (" + other.getClass().getSimpleName() + ")";
        };
    }

    @Override
    public void close() {
        client.close();
    }
}
