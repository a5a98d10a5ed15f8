package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import dev.pgvigil.postgres.Server;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Verifies that all targets of a server use the same password and TLS parameters, because they share its session. */
final class SharedServers {

    private final Map<Server.Identity, Target> first = new HashMap<>();

    /** Records an error if an earlier target connects to the same server with other secrets. */
    void add(Target target, Node entry) {
        Server server = target.server();
        Target other = first.putIfAbsent(server.identity(), target);
        if (other == null || other.server().equals(server)) {
            return;
        }
        if (!Objects.equals(other.server().pooler(), server.pooler())) {
            entry.problem("reaches " + server.id() + " with another pooler than " + other.name()
                    + ": targets of one server share it, so give both the same");
            return;
        }
        if (!Objects.equals(other.server().resources(), server.resources())) {
            entry.problem("reaches " + server.id() + " with another host than " + other.name()
                    + ": targets of one server share it, so give both the same");
            return;
        }
        boolean password = !Objects.equals(other.server().password(), server.password());
        entry.problem("reaches " + server.id() + " with " + (password ? "another password" : "other TLS parameters")
                + " than " + other.name() + ": targets of one server share its session, so give both the same");
    }
}
