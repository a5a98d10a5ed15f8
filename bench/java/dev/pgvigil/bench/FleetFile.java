package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.util.List;

/** Configuration files, as a user would write them. */
final class FleetFile {

    private FleetFile() {}

    /** This many targets on these servers, in turn, each a separate database. */
    static String of(List<PgServer> servers, int targets) {
        StringBuilder yaml = new StringBuilder("pgvigil:\n  targets:\n");
        for (int i = 0; i < targets; i++) {
            PgServer server = servers.get(i % servers.size());
            String database = server.newDatabase("bench");
            server.server(); // creates the role
            yaml.append(target("target-" + i, server.host(), server.port(), database));
        }
        return yaml.toString();
    }

    static String target(String name, String host, int port, String database) {
        return "    %s:\n      url: postgresql://pgvigil@%s:%d/%s\n".formatted(name, host, port, database);
    }
}
