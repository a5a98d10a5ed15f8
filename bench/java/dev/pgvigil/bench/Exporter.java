package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Debian's postgres_exporter with discovery on, and with the queries of newer versions' optional collectors, if installed. */
final class Exporter {

    static final String ROLE = "exporter";

    /** The package to install. */
    static final String PACKAGE = "prometheus-postgres-exporter";

    private static final Path QUERIES = Path.of("bench", "exporter-queries.yaml");

    private Exporter() {}

    static Optional<Path> installed() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .map(directory -> Path.of(directory, PACKAGE))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts it for a server, with a separate role that has {@code pg_monitor}. */
    static Service start(Path program, PgServer server) throws IOException {
        server.sql("create role " + ROLE + " login", "grant pg_monitor to " + ROLE);
        int port = Service.freePort();
        return Service.start(
                port,
                List.of(
                        program.toString(),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--auto-discover-databases",
                        "--extend.query-path=" + QUERIES.toAbsolutePath(),
                        "--log.level=error"),
                Map.of(
                        "DATA_SOURCE_NAME",
                        "postgresql://%s@%s:%d/postgres?sslmode=disable"
                                .formatted(ROLE, server.host(), server.port())));
    }
}
