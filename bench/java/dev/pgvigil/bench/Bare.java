package dev.pgvigil.bench;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The fastest possible probe on this stack: a Vert.x handler that sends the same bytes each time. No probe of pgvigil can be
 * faster.
 */
final class Bare {

    static final String PATH = "/ready";

    private static final Buffer ANSWER = Buffer.buffer("{\"status\":\"UP\",\"checks\":[]}");

    private Bare() {}

    /** Runs the handler. */
    public static void main(String[] args) {
        Vertx.vertx()
                .createHttpServer()
                .requestHandler(request -> request.response()
                        .putHeader("Content-Type", "application/json")
                        .end(ANSWER))
                .listen(Integer.parseInt(args[0]), "127.0.0.1");
    }

    /** Starts it as a separate process, with the flags of {@code bin/pgvigil}. */
    static Service start() throws IOException {
        int port = Service.freePort();
        return Service.start(
                port,
                List.of(
                        Service.java(),
                        "-XX:+UseSerialGC",
                        "-Xms32m",
                        "-Xmx320m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Bare.class.getName(),
                        Integer.toString(port)),
                Map.of());
    }
}
