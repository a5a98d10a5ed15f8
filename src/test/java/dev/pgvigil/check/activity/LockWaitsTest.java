package dev.pgvigil.check.activity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.activity.LockTree.Participant;
import dev.pgvigil.check.activity.LockWaits.Line;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LockWaitsTest {

    @Test
    void mergesWorkersOfParallelQuery() {
        LockWaits waits = LockWaits.of(
                List.of(
                        line(7, 2, List.of(1), List.of()),
                        line(7, 9, List.of(1, 4), List.of()),
                        line(7, null, null, List.of("relation/1/5 AccessShareLock"))),
                List.of());

        assertThat(waits.participants()).hasSize(1);
        Participant one = waits.participants().getFirst();
        assertThat(one.face().pid()).isEqualTo(7);
        assertThat(one.face().waitingSeconds()).isEqualTo(9);
        assertThat(one.blockers()).containsExactly(1, 4);
        assertThat(one.holds()).containsEntry("relation/1/5", "AccessShareLock");
    }

    @Test
    void keepsNamesOfPreparedTransactions() {
        PreparedTransaction known = new PreparedTransaction(700, "it's a 'gid'", "app", "shop", 12, 3);
        Line named = new Line(null, null, List.of(), 700L, face(0, null));
        Line unknown = new Line(null, null, List.of(), 701L, face(0, null));

        LockWaits waits = LockWaits.of(List.of(named, unknown), List.of(known));

        assertThat(waits.participants().stream().map(one -> one.face().gid())).containsExactly("it's a 'gid'", null);
        assertThat(waits.participants().getFirst().face().state()).isEqualTo("prepared");
    }

    @Test
    void reportsIncompleteAtTheBounds() {
        assertThat(LockWaits.of(many(199), List.of()).complete()).isTrue();
        assertThat(LockWaits.of(many(200), List.of()).complete()).isFalse();
    }

    private static List<Line> many(int waiting) {
        return IntStream.rangeClosed(1, waiting)
                .mapToObj(pid -> line(pid, 1, List.of(9999), List.of()))
                .toList();
    }

    private static Line line(
            int session, @Nullable Integer seconds, @Nullable List<Integer> blockers, List<String> holds) {
        return new Line(
                blockers,
                blockers == null ? null : LockFaces.TABLE,
                holds,
                null,
                face(session, seconds == null ? null : seconds.doubleValue()));
    }

    private static LockNode face(int pid, @Nullable Double waiting) {
        return new LockNode(
                pid,
                null,
                "shop",
                "app",
                "",
                "client backend",
                "active",
                null,
                null,
                null,
                null,
                null,
                waiting,
                0,
                0,
                List.of(),
                0,
                List.of());
    }
}
