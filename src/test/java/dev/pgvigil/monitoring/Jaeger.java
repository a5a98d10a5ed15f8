package dev.pgvigil.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.testing.FreePort;
import dev.pgvigil.testing.Tools;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Jaeger 2 as a process that keeps traces in memory; it ends with this. Debian has no package of it. */
public final class Jaeger implements AutoCloseable {

    static final String PROGRAM = "jaeger";

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final int query;
    private final int receiver;

    private Jaeger(Process process, int query, int receiver) {
        this.process = process;
        this.query = query;
        this.receiver = receiver;
    }

    static boolean installed() {
        return Tools.onPath(PROGRAM);
    }

    /** Empty where the program is not on the PATH. */
    public static Optional<Jaeger> start(Path home) throws IOException {
        if (!installed()) {
            return Optional.empty();
        }
        int query = FreePort.next();
        int receiver = FreePort.next();
        Path configuration =
                Files.writeString(home.resolve("jaeger.yaml"), """
                service:
                  extensions: [jaeger_storage, jaeger_query]
                  telemetry: { metrics: { level: none } }
                  pipelines:
                    traces: { receivers: [otlp], exporters: [jaeger_storage_exporter] }
                extensions:
                  jaeger_storage: { backends: { memory: { memory: { max_traces: 10000 } } } }
                  jaeger_query:
                    storage: { traces: memory }
                    http: { endpoint: "127.0.0.1:%d" }
                    grpc: { endpoint: "127.0.0.1:%d" }
                receivers:
                  otlp: { protocols: { http: { endpoint: "127.0.0.1:%d" } } }
                exporters:
                  jaeger_storage_exporter: { trace_storage: memory }
                """.formatted(query, FreePort.next(), receiver));
        Process process = new ProcessBuilder(PROGRAM, "--config=" + configuration)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("jaeger.log").toFile())
                .start();
        return Optional.of(new Jaeger(process, query, receiver));
    }

    /** What pgvigil's environment needs to send every trace here. */
    public Map<String, String> environment() {
        return Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + receiver,
                "OTEL_METRICS_EXPORTER", "none",
                "OTEL_TRACES_SAMPLER_ARG", "1.0");
    }

    public String address() {
        return "http://127.0.0.1:" + query;
    }

    /** The page of the latest trace of pgvigil with this attribute, if Jaeger has one. */
    public Optional<String> latest(String attribute, String value) throws InterruptedException {
        String tags = URLEncoder.encode("{\"%s\":\"%s\"}".formatted(attribute, value), StandardCharsets.UTF_8);
        return Optional.of(get("/api/traces?service=pgvigil&limit=1&lookback=1h&tags=" + tags)
                        .at("/data/0/traceID")
                        .asText())
                .filter(id -> !id.isEmpty())
                .map(id -> address() + "/trace/" + id);
    }

    /** The names of the spans of a trace, in any order. */
    String spans(String trace) throws InterruptedException {
        return Yaml.elements(get("/api/traces/" + trace).at("/data/0/spans"))
                .map(span -> span.path("operationName").asText())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private JsonNode get(String path) throws InterruptedException {
        ObjectMapper mapper = new ObjectMapper();
        try {
            return mapper.readTree(client.send(
                            HttpRequest.newBuilder(URI.create(address() + path)).build(), BodyHandlers.ofString())
                    .body());
        } catch (IOException e) {
            return mapper.missingNode();
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
