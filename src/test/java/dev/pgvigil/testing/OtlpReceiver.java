package dev.pgvigil.testing;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** An OpenTelemetry collector that keeps what it receives, by HTTP with protobuf and by gRPC on one loopback port. */
public final class OtlpReceiver implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final List<ResourceSpans> spans = new CopyOnWriteArrayList<>();
    private final List<ResourceMetrics> metrics = new CopyOnWriteArrayList<>();
    private final Set<HttpVersion> versions = ConcurrentHashMap.newKeySet();
    private final int port;
    private volatile MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    private volatile HttpServer server;
    private volatile boolean mute;

    public OtlpReceiver() {
        this.server = listen(0);
        this.port = server.actualPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Everything received since the last {@link #forget}. */
    public List<ResourceSpans> spans() {
        return List.copyOf(spans);
    }

    /** Everything received since the last {@link #forget}. */
    public List<ResourceMetrics> metrics() {
        return List.copyOf(metrics);
    }

    /** HTTP/1.1 carries plain protobuf, HTTP/2 gRPC. */
    public Set<HttpVersion> versions() {
        return Set.copyOf(versions);
    }

    /** The headers of the latest request. */
    public MultiMap headers() {
        return headers;
    }

    public void forget() {
        spans.clear();
        metrics.clear();
    }

    /** Sets whether requests are accepted and never answered. */
    public void mute(boolean now) {
        mute = now;
    }

    /** Refuses connections until {@link #back}. */
    public void away() {
        server.close().toCompletionStage().toCompletableFuture().join();
    }

    public void back() {
        server = listen(port);
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private HttpServer listen(int onPort) {
        return vertx.createHttpServer(new HttpServerOptions().setDecompressionSupported(true))
                .requestHandler(request -> request.body().onSuccess(body -> take(request, body)))
                .listen(onPort, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private void take(HttpServerRequest request, Buffer body) {
        if (mute) {
            return;
        }
        versions.add(request.version());
        headers = request.headers();
        try {
            answer(request, body);
        } catch (InvalidProtocolBufferException e) {
            request.response().setStatusCode(400).end();
        }
    }

    private void answer(HttpServerRequest request, Buffer body) throws InvalidProtocolBufferException {
        switch (String.valueOf(request.path())) {
            case "/v1/traces" -> plain(request, traces(body.getBytes()));
            case "/v1/metrics" -> plain(request, metrics(body.getBytes()));
            case "/opentelemetry.proto.collector.trace.v1.TraceService/Export" -> grpc(request, traces(message(body)));
            case "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" ->
                grpc(request, metrics(message(body)));
            default -> request.response().setStatusCode(404).end();
        }
    }

    private byte[] traces(byte[] message) throws InvalidProtocolBufferException {
        spans.addAll(ExportTraceServiceRequest.parseFrom(message).getResourceSpansList());
        return ExportTraceServiceResponse.getDefaultInstance().toByteArray();
    }

    private byte[] metrics(byte[] message) throws InvalidProtocolBufferException {
        metrics.addAll(ExportMetricsServiceRequest.parseFrom(message).getResourceMetricsList());
        return ExportMetricsServiceResponse.getDefaultInstance().toByteArray();
    }

    private static void plain(HttpServerRequest request, byte[] answer) {
        request.response().putHeader("content-type", "application/x-protobuf").end(Buffer.buffer(answer));
    }

    // in gRPC, a compression flag (1 byte) and the length (4 bytes) precede each message
    private static void grpc(HttpServerRequest request, byte[] answer) {
        HttpServerResponse response = request.response().putHeader("content-type", "application/grpc");
        response.putTrailer("grpc-status", "0");
        response.end(
                Buffer.buffer().appendByte((byte) 0).appendInt(answer.length).appendBytes(answer));
    }

    private static byte[] message(Buffer body) {
        byte[] message = body.getBytes(5, 5 + body.getInt(1));
        if (body.getByte(0) == 0) {
            return message;
        }
        try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(message))) {
            return plain.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
