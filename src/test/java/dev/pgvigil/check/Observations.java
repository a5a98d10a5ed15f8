package dev.pgvigil.check;

import dev.pgvigil.check.activity.Blocking;
import dev.pgvigil.check.activity.LockNode;
import dev.pgvigil.check.capacity.ConnectionUsage;
import dev.pgvigil.check.capacity.PoolHealth;
import dev.pgvigil.check.capacity.SessionState;
import dev.pgvigil.check.statements.PlanTree;
import dev.pgvigil.check.statements.StatementPlans;
import dev.pgvigil.check.statements.StatementStatistics;
import dev.pgvigil.check.statements.StatementUsage;
import dev.pgvigil.migration.Histories;
import dev.pgvigil.migration.MigrationHistory;
import dev.pgvigil.migration.MigrationState;
import java.time.Instant;
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

    /** Of the check {@code migrations}: version 7 of Flyway, and nothing pending. */
    public static Object migrations() {
        MigrationHistory history = new MigrationHistory(
                "flyway",
                "public",
                "flyway_schema_history",
                MigrationState.OK,
                null,
                List.of(),
                "7",
                7L,
                7L,
                "2026-11-20T22:00:00Z",
                null,
                null,
                0,
                List.of(),
                null,
                86_400,
                null,
                0,
                null,
                "");
        return new Histories(MigrationState.OK, "7", 0, List.of(history), 0, 0, null);
    }

    /** Of the check {@code statements}: one statement. */
    public static Object statements() {
        StatementStatistics.Totals totals =
                new StatementStatistics.Totals(1200, 5400, 0, 1200, 48_000, 120, 0, 12.5, 0, 65_536);
        StatementUsage select = new StatementUsage(
                "-2883419467011632721",
                "app",
                "shop",
                true,
                "select * from orders where customer_id = $1",
                List.of(StatementStatistics.Order.TOTAL_TIME),
                1200,
                5400,
                100,
                4.5,
                0.8,
                0,
                1200,
                48_000,
                120,
                0,
                0,
                0,
                0,
                12.5,
                0,
                65_536,
                0,
                false,
                240_000,
                1_080_000,
                240_000,
                24_000,
                9_600_000,
                0);
        return new StatementStatistics(
                "1.12",
                "app",
                "top",
                true,
                412,
                5000L,
                true,
                0,
                null,
                false,
                0L,
                60,
                totals,
                totals,
                List.of(select),
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

    public static StatementPlans plans() {
        Instant planned = Instant.parse("2026-11-21T07:59:59.788Z");
        return new StatementPlans(
                StatementPlans.Access.GRANTED,
                false,
                1,
                1,
                List.of(new StatementPlans.Planned(
                        "-4461832764915203482",
                        "select id from guests where email = $1",
                        new PlanTree(List.of("Seq Scan on guests"), 1986, 1),
                        planned,
                        9.412,
                        5120,
                        new PlanTree(List.of("Index Scan using guests_email on guests"), 8.31, 1),
                        planned.minusSeconds(600),
                        0.043,
                        81_250,
                        0.412,
                        null,
                        null)));
    }
}
