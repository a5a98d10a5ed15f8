package dev.pgvigil.demo;

import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The configuration file of the demo's fleet, as a user would write it. */
final class FleetFile {

    private FleetFile() {}

    /** Writes it, and the password next to it; returns the file for {@code PGVIGIL_CONFIG}. */
    static Path write(Path directory, Servers servers) throws IOException {
        Files.writeString(directory.resolve("password"), servers.password());
        return Files.writeString(
                directory.resolve("fleet.yaml"),
                "pgvigil:\n  targets:\n"
                        + target("shop", servers.primary(), "shop", "eu-west-1", "primary")
                        + target("bookings", servers.primary(), "bookings", "eu-west-1", "primary")
                        + target("shop-standby", servers.standby(), "shop", "eu-central-1", "replica")
                        + target("guests", servers.old(), "guests", "eu-west-1", "primary"));
    }

    private static String target(String name, PgServer server, String database, String region, String role) {
        return """
                    %s:
                      url: postgresql://pgvigil@%s:%d/%s
                      password-file: password
                      region: %s
                      role: %s
                """.formatted(name, server.host(), server.port(), database, region, role);
    }
}
