package dev.pgvigil.check.activity;

import dev.pgvigil.check.activity.LockTree.Participant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Creates participants that wait for locks, and those that block them. */
public final class LockFaces {

    public static final String DATABASE = "shop";
    public static final String TABLE = "relation/1/16384";

    private static final String ADVISORY = "advisory/1/0/42/1";

    private LockFaces() {}

    static Participant waiting(int pid, double seconds, Integer... blockers) {
        return waiting(pid, seconds, "AccessShareLock", blockers);
    }

    static Participant waiting(int pid, double seconds, String mode, Integer... blockers) {
        return new Participant(
                new TreeSet<>(Arrays.asList(blockers)),
                TABLE,
                Map.of(),
                node(pid, null, "client backend", "active", mode, seconds, Arrays.asList(blockers)));
    }

    /** A session that waits for an advisory lock and blocks others from the table. */
    static Participant waitingForAdvisory(int pid, double seconds, Integer... blockers) {
        LockNode face = new LockNode(
                pid,
                null,
                DATABASE,
                "jobs",
                "leader-" + pid,
                "client backend",
                "active",
                "select pg_advisory_lock(?)",
                "advisory",
                "ExclusiveLock",
                null,
                null,
                seconds,
                1000.0 - pid,
                seconds,
                Arrays.asList(blockers),
                0,
                List.of());
        return new Participant(
                new TreeSet<>(Arrays.asList(blockers)), ADVISORY, Map.of(TABLE, "AccessExclusiveLock"), face);
    }

    static Participant holdingAdvisory(int pid) {
        return new Participant(
                new TreeSet<>(),
                null,
                Map.of(ADVISORY, "ExclusiveLock"),
                node(pid, null, "client backend", "idle", null, null, List.of()));
    }

    static Participant blocking(int pid, String state) {
        return blocking(pid, "client backend", state);
    }

    static Participant blocking(int pid, String backendType, String state) {
        return new Participant(
                new TreeSet<>(),
                null,
                Map.of(TABLE, "RowExclusiveLock"),
                node(pid, null, backendType, state, null, null, List.of()));
    }

    /** A standby's replay, which holds a lock, or waits for one: then the server does not say for which session. */
    static Participant replay(int pid, boolean waits) {
        LockNode nobody = new LockNode(
                pid,
                null,
                null,
                null,
                "",
                "startup",
                "",
                null,
                waits ? "relation" : null,
                waits ? "AccessExclusiveLock" : null,
                waits ? "public.orders" : null,
                waits ? 16384L : null,
                waits ? 50.0 : null,
                0,
                0,
                List.of(),
                0,
                List.of());
        return new Participant(
                new TreeSet<>(), waits ? TABLE : null, waits ? Map.of() : Map.of(TABLE, "AccessExclusiveLock"), nobody);
    }

    static Participant prepared(String gid, String object) {
        return new Participant(
                new TreeSet<>(),
                null,
                Map.of(object, "RowExclusiveLock"),
                node(0, gid, "", "prepared", null, null, List.of()));
    }

    private static LockNode node(
            int pid,
            @Nullable String gid,
            String backendType,
            String state,
            @Nullable String mode,
            @Nullable Double waiting,
            List<Integer> blockers) {
        return new LockNode(
                pid,
                gid,
                DATABASE,
                "app",
                "billing",
                backendType,
                state,
                "select ?",
                waiting == null ? null : "relation",
                mode,
                waiting == null ? null : "public.orders",
                waiting == null ? null : 16384L,
                waiting,
                1000.0 - pid,
                65,
                blockers,
                0,
                List.of());
    }
}
