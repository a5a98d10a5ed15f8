package dev.pgvigil.cluster;

import dev.pgvigil.config.Secret;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How replicas find each other.
 *
 * @param endpoints addresses of Redis, of its Sentinels, or of members of its cluster; none: this process watches everything alone
 * @param fleet replicas with the same name share their servers
 * @param replica name of this replica for people
 * @param master name of the master that Sentinels watch; null: they watch one only
 * @param rebalanceAfter how long the members must not have changed before servers are moved to balance them
 */
record ClusterSettings(
        List<Secret> endpoints,
        String fleet,
        String replica,
        @Nullable String master,
        Duration rebalanceAfter) {

    ClusterSettings {
        endpoints = List.copyOf(endpoints);
    }

    boolean enabled() {
        return !endpoints.isEmpty();
    }
}
