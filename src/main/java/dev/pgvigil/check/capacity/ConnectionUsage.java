package dev.pgvigil.check.capacity;

import dev.pgvigil.check.Growing;
import dev.pgvigil.check.PoolUsage;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Client sessions on a server compared with its limits, pgvigil's own included.
 *
 * @param poolSize slots available to ordinary roles: {@code max_connections} minus those reserved
 * @param checkedOut slots taken, idle sessions included
 * @param poolHealth by the default thresholds
 * @param waitingClients null for a server, which has no queue and refuses clients without a slot; a pooler has one
 * @param averageWaitMs null, like {@code waitingClients}
 * @param maximumWaitMs null, like {@code waitingClients}
 * @param ownSessions of the slots taken, those of pgvigil
 * @param byState every state, also those without sessions
 * @param databases most sessions first; bounded, and so are roles and applications
 */
@Schema(name = "ConnectionUsage")
public record ConnectionUsage(
        int poolSize,
        int checkedOut,
        double utilizationPercent,
        PoolHealth poolHealth,
        String recommendation,
        Overflow overflowAnalysis,
        @Nullable Integer waitingClients,
        @Nullable Double averageWaitMs,
        @Nullable Double maximumWaitMs,
        int maxConnections,
        int superuserReservedConnections,
        int reservedConnections,
        int ownSessions,
        Map<SessionState, Integer> byState,
        List<Group> databases,
        List<Group> roles,
        List<Group> applications)
        implements PoolUsage, Growing {

    /**
     * The situation when ordinary slots run out.
     *
     * @param free slots still available to ordinary roles
     * @param reserved slots kept for superusers and roles with {@code pg_use_reserved_connections}
     * @param reservedInUse of them, those in use: above 0, ordinary roles are refused
     * @param reclaimable sessions that are idle, in a transaction or not
     */
    @Schema(name = "Overflow")
    public record Overflow(int free, int reserved, int reservedInUse, int reclaimable) {}

    /**
     * A group of sessions.
     *
     * @param name null: all groups beyond the limit, and sessions that have not logged in
     * @param limit the connection limit; null: none
     * @param databases of a role with a limit, where its sessions are
     */
    @Schema(name = "SessionGroup")
    public record Group(
            @Nullable String name,
            int sessions,
            Map<SessionState, Integer> byState,
            @Nullable Integer limit,
            List<String> databases) {

        public Group {
            byState = Map.copyOf(byState);
            databases = List.copyOf(databases);
        }

        public int in(SessionState state) {
            return byState.getOrDefault(state, 0);
        }

        int idleInTransaction() {
            return in(SessionState.IDLE_IN_TRANSACTION) + in(SessionState.IDLE_IN_TRANSACTION_ABORTED);
        }

        /** Utilization of its own limit; 0 without one. */
        double utilization() {
            return limit == null || limit == 0 ? 0 : (double) sessions / limit;
        }
    }

    public ConnectionUsage {
        byState = Map.copyOf(byState);
        databases = List.copyOf(databases);
        roles = List.copyOf(roles);
        applications = List.copyOf(applications);
    }

    @Override
    public List<Quantity> quantities() {
        return List.of(new Quantity(Resource.CONNECTIONS, "", null, checkedOut, (double) poolSize, 0));
    }

    double utilization() {
        return (double) checkedOut / poolSize;
    }

    int idleInTransaction() {
        return byState.getOrDefault(SessionState.IDLE_IN_TRANSACTION, 0)
                + byState.getOrDefault(SessionState.IDLE_IN_TRANSACTION_ABORTED, 0);
    }

    public int in(SessionState state) {
        return byState.getOrDefault(state, 0);
    }

    /** Sessions whose state is unknown. */
    int unknown() {
        return in(SessionState.DISABLED) + in(SessionState.UNKNOWN);
    }
}
