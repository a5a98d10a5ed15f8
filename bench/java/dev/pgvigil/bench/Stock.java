package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An ordinary application of the same Quarkus version: ready when its reactive datasource is. */
final class Stock {

    private static final Path APP = Path.of("target/bench-stock/quarkus-app").toAbsolutePath();

    private Stock() {}

    static Service start(PgServer server) throws IOException {
        int port = Service.freePort();
        return Service.start(
                port,
                Pgvigil.jar(APP, List.of()),
                Map.of(
                        "QUARKUS_HTTP_HOST",
                        "127.0.0.1",
                        "QUARKUS_HTTP_PORT",
                        Integer.toString(port),
                        "QUARKUS_DATASOURCE_REACTIVE_URL",
                        "postgresql://%s:%d/postgres".formatted(server.host(), server.port()),
                        "QUARKUS_DATASOURCE_USERNAME",
                        "postgres"));
    }
}
