package dev.pgvigil.alert;

import dev.pgvigil.postgres.Server;
import dev.pgvigil.state.Ownership;
import dev.pgvigil.state.Snapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The scopes of which the cluster says that this process may act for them. Not thread-safe. */
final class OwnedScopes implements Scopes {

    private static final int REMEMBERED = 20_000;

    private final Ownership ownership;
    /** Scopes of targets, also of those that are no longer monitored. */
    private final Map<String, String> scopes = new HashMap<>();

    private final Map<String, Server> servers = new HashMap<>();
    private Map<String, Long> tokens = Map.of(FLEET, 0L);
    private boolean alone = true;
    private String name = FLEET;
    private long own;

    OwnedScopes(Ownership ownership) {
        this.ownership = ownership;
    }

    /** Asks for the tokens of all servers. */
    void refresh(Snapshot snapshot) {
        alone = ownership.alone();
        if (alone) {
            tokens = Map.of(name, own);
            return;
        }
        if (scopes.size() > REMEMBERED) {
            scopes.keySet().retainAll(snapshot.targets().keySet());
        }
        servers.clear();
        snapshot.targets().forEach((name, state) -> {
            Server server = state.target().server();
            scopes.put(name, server.id());
            servers.putIfAbsent(server.id(), server);
        });
        Map<String, Long> next = new HashMap<>();
        servers.forEach((id, server) -> ownership.token(server).ifPresent(token -> next.put(id, token)));
        tokens = Map.copyOf(next);
    }

    /** Scopes that can be kept for another process, with the tokens to act for them. */
    Map<String, Long> tokens() {
        return tokens;
    }

    /** Names the scope of a process without replicas. */
    void name(String configured) {
        name = configured;
    }

    /** Sets the token of a process without replicas; 0: it has none yet. */
    void own(long token) {
        own = token;
        if (alone) {
            tokens = Map.of(name, own);
        }
    }

    boolean alone() {
        return alone;
    }

    /** Notes the scope of targets that may not be monitored any more. */
    void remember(String scope, Set<String> targets) {
        targets.forEach(target -> scopes.putIfAbsent(target, scope));
    }

    /** The store has accepted a greater token: another process acts for the scope. */
    void refused(String scope) {
        Map<String, Long> rest = new HashMap<>(tokens);
        rest.remove(scope);
        tokens = Map.copyOf(rest);
        Server server = servers.get(scope);
        if (server != null) {
            ownership.refused(server);
        }
    }

    @Override
    public boolean whole() {
        return alone;
    }

    /** What belongs to no server is each process' own, and kept in its memory only. */
    @Override
    public String of(String target) {
        return alone ? name : scopes.getOrDefault(target, AlertEngine.SELF);
    }

    @Override
    public boolean mine(String scope) {
        return scope.equals(AlertEngine.SELF) || tokens.containsKey(scope);
    }
}
