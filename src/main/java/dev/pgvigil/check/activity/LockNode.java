package dev.pgvigil.check.activity;

import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A session, or a prepared transaction, in a tree of those that wait for locks, as the API serves it.
 *
 * @param pid 0 for a prepared transaction
 * @param gid name of a prepared transaction
 * @param datname the database of the session
 * @param state in PostgreSQL's words, or {@code prepared}; empty if it is not known, as for a session that just ended; {@code
 *     disabled}: track_activities is off for it, and neither state nor ages are known
 * @param query its latest statement without values
 * @param lockType kind of the object it waits for, named as in {@code pg_locks}
 * @param mode the lock mode: requested, or held if it does not wait
 * @param relation name of the table or index that it waits for, if that is in the database of pgvigil's own session
 * @param relationOid its OID in the database of the session
 * @param waitingSeconds null: it does not wait
 * @param transactionSeconds age of its transaction; 0 without one
 * @param stateSeconds time in its present state
 * @param blockedBy pids of the sessions that block it; bounded
 * @param blocked number of sessions that wait below it, shown or not
 * @param blocks its children; each session appears once in all trees
 */
@Schema(name = "LockNode")
public record LockNode(
        int pid,
        @Nullable String gid,
        @Nullable String datname,
        @Nullable String usename,
        String applicationName,
        String backendType,
        String state,
        @Nullable String query,
        @Nullable String lockType,
        @Nullable String mode,
        @Nullable String relation,
        @Nullable Long relationOid,
        @Nullable Double waitingSeconds,
        double transactionSeconds,
        double stateSeconds,
        List<Integer> blockedBy,
        int blocked,
        List<LockNode> blocks) {

    private static final String WHOLE = "AccessExclusiveLock";

    public LockNode {
        blockedBy = List.copyOf(blockedBy);
        blocks = List.copyOf(blocks);
    }

    boolean waitsForAdvisory() {
        return waitingSeconds != null && "advisory".equals(lockType);
    }

    double waited() {
        return waitingSeconds == null ? 0 : waitingSeconds;
    }

    /** This node and all below it. */
    Stream<LockNode> all() {
        return Stream.concat(Stream.of(this), blocks.stream().flatMap(LockNode::all));
    }

    /** Whether it waits for a lock on a relation, and other sessions queue behind it. */
    boolean headOfQueue() {
        return waitingSeconds != null && WHOLE.equals(mode) && relationOid != null && behind() > 0;
    }

    /** Number of sessions that wait for the same relation directly behind it. */
    long behind() {
        return blocks.stream()
                .filter(child -> relationOid != null && relationOid.equals(child.relationOid))
                .count();
    }

    boolean in(String database) {
        return database.equals(datname);
    }

    /** This node with its position in a tree. */
    LockNode placed(@Nullable String placedMode, int below, List<LockNode> children) {
        return new LockNode(
                pid,
                gid,
                datname,
                usename,
                applicationName,
                backendType,
                state,
                query,
                lockType,
                placedMode,
                relation,
                relationOid,
                waitingSeconds,
                transactionSeconds,
                stateSeconds,
                blockedBy,
                below,
                children);
    }
}
