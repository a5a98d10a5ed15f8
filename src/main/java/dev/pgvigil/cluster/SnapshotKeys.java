package dev.pgvigil.cluster;

import dev.pgvigil.postgres.Server;
import java.util.List;

/**
 * The keys of what is published of servers.
 *
 * @param prefix of all keys of the fleet
 * @param accepted the key of the accepted tokens
 */
record SnapshotKeys(String prefix, String accepted) {

    static String id(Server.Identity server) {
        return server.user() + "@" + server.host() + ":" + server.port();
    }

    String head(Server.Identity server) {
        return prefix + "s:" + id(server);
    }

    String parts(Server.Identity server) {
        return prefix + "p:" + id(server);
    }

    /** Those that a publication writes. */
    List<String> of(Server.Identity server) {
        return List.of(accepted, head(server), parts(server));
    }
}
