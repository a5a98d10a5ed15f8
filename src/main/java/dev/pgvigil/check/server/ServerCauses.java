package dev.pgvigil.check.server;

import dev.pgvigil.check.CauseRule;
import dev.pgvigil.check.CauseRules;
import jakarta.inject.Singleton;
import java.util.List;

/** What restarts, promotions and resets explain. */
@Singleton
final class ServerCauses implements CauseRules {

    @Override
    public List<CauseRule> rules() {
        return List.of(
                CauseRule.of("lifecycle/restarted", "io/cache", "the cache is empty after a start"),
                CauseRule.of("lifecycle/restarted", "io/slow-reads", "after a start blocks are read from disk"),
                CauseRule.of("lifecycle/restarted", "statements/regression", "after a start blocks are read from disk"),
                CauseRule.of("lifecycle/promoted", "heartbeat/role", "the server became a primary"),
                CauseRule.of(
                        "lifecycle/promoted",
                        "replication/standbys-few",
                        "the standbys of the former primary do not follow this one yet"),
                CauseRule.of(
                        "lifecycle/statistics-reset",
                        "autovacuum/*",
                        "autovacuum does not know how many rows changed before the reset"));
    }
}
