package dev.pgvigil.bench;

import dev.pgvigil.testing.ServersDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The built product. */
final class Pgvigil {

    private static final Path STARTER = Path.of("bin/pgvigil").toAbsolutePath();

    /** The product as built. */
    static final Path APP = Path.of("target/quarkus-app").toAbsolutePath();

    private Pgvigil() {}

    /** Starts it with {@code bin/pgvigil} and this configuration. */
    static Service start(String yaml) throws IOException {
        return start(command(), yaml);
    }

    static List<String> command() {
        return List.of(STARTER.toString());
    }

    /** The command that starts this packaging with these flags. */
    static List<String> jar(Path app, List<String> flags) {
        List<String> command = new ArrayList<>(List.of(Service.java()));
        command.addAll(flags);
        command.addAll(List.of("-jar", app.resolve("quarkus-run.jar").toString()));
        return command;
    }

    static Service start(List<String> command, String yaml) throws IOException {
        Path config = Files.writeString(ServersDirectory.directory("config").resolve("pgvigil.yaml"), yaml);
        int port = Service.freePort();
        return Service.start(
                port,
                command,
                Map.of(
                        "PGVIGIL_CONFIG", config.toString(),
                        "QUARKUS_HTTP_PORT", Integer.toString(port)));
    }
}
