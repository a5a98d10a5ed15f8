package dev.pgvigil.check;

import dev.pgvigil.check.activity.Blocking;
import dev.pgvigil.check.activity.LockNode;
import dev.pgvigil.check.capacity.ConnectionUsage;
import dev.pgvigil.check.capacity.PoolHealth;
import dev.pgvigil.check.capacity.SessionState;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sample observations, for tests of code that only passes them on. */
public final class Observations {

    private Observations() {}

    /** Of the check {@code connections}: 85 of 97 slots in use. */
    public static Object connections() {
        Map<SessionState, Integer> states = Map.of(SessionState.ACTIVE, 25, SessionState.IDLE, 60);
        ConnectionUsage.Group app = new ConnectionUsage.Group("app", 85, states, null, List.of());
        return new ConnectionUsage(
                97,
                85,
                87.6,
                PoolHealth.HIGH,
                "Make room.",
                new ConnectionUsage.Overflow(12, 3, 0, 60),
                null,
                null,
                null,
                100,
                3,
                0,
                1,
                states,
                List.of(app),
                List.of(),
                List.of());
    }

    /** Of the check {@code blocking}: one session waits for another. */
    public static Object locks() {
        LockNode waiting = node(4712, "Lock", 3.5, 0, List.of());
        LockNode root = node(4711, "Client", null, 1, List.of(waiting));
        return new Blocking.Locks(
                1,
                3.5,
                List.of(new Blocking.Waits("app", 1, 3.5, 1)),
                List.of(new Blocking.Group("app", null, "", false, 1, 3.5, 1)),
                List.of(root),
                true);
    }

    private static LockNode node(int pid, String state, @Nullable Double waits, int blocked, List<LockNode> blocks) {
        return new LockNode(
                pid,
                null,
                "app",
                "shop",
                "shop <b>web</b>",
                "client backend",
                state,
                "update orders set total = $1",
                "relation",
                "AccessExclusiveLock",
                "orders",
                16_384L,
                waits,
                12,
                4,
                waits == null ? List.of() : List.of(4711),
                blocked,
                blocks);
    }
}
