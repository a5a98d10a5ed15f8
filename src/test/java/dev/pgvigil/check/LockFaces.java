package dev.pgvigil.check;

import dev.pgvigil.check.LockTree.Participant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Makes those that wait for locks and those that block them. */
final class LockFaces {

    static final String DATABASE = "shop";
    static final String TABLE = "relation/1/16384";

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

    /** A standby's replay, which holds a lock or waits for the one who does. */
    static Participant replay(int pid, @Nullable Integer blocker) {
        List<Integer> blockers = blocker == null ? List.of() : List.of(blocker);
        LockNode face = node(
                pid,
                null,
                "startup",
                "",
                blocker == null ? null : "AccessExclusiveLock",
                blocker == null ? null : 50.0,
                blockers);
        LockNode nobody = new LockNode(
                pid,
                null,
                null,
                null,
                "",
                "startup",
                "",
                null,
                face.lockType(),
                face.mode(),
                face.relation(),
                face.relationOid(),
                face.waitingSeconds(),
                0,
                0,
                blockers,
                0,
                List.of());
        return new Participant(
                new TreeSet<>(blockers),
                blocker == null ? null : TABLE,
                blocker == null ? Map.of(TABLE, "AccessExclusiveLock") : Map.of(),
                nobody);
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
