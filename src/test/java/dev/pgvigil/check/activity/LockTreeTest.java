package dev.pgvigil.check.activity;

import static dev.pgvigil.check.activity.LockFaces.blocking;
import static dev.pgvigil.check.activity.LockFaces.prepared;
import static dev.pgvigil.check.activity.LockFaces.waiting;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.activity.LockTree.Participant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class LockTreeTest {

    private static final String IDLE = "idle in transaction";

    @Test
    void placesChainUnderItsRoot() {
        assertThat(drawn(waiting(3, 1, 2), blocking(1, IDLE), waiting(2, 5, 1))).isEqualTo("1(2(3))");
    }

    @Test
    void ordersByLongestWait() {
        assertThat(drawn(blocking(1, IDLE), waiting(2, 1, 1), waiting(3, 9, 1), waiting(4, 5, 1)))
                .isEqualTo("1(3 4 2)");
    }

    @Test
    void placesSessionAsNearToTheRootAsPossible() {
        assertThat(drawn(blocking(1, IDLE), waiting(2, 9, 1), waiting(3, 8, 1, 2), waiting(4, 7, 1, 2, 3)))
                .isEqualTo("1(2 3 4)");
    }

    @Test
    void placesSessionUnderItsOldestBlocker() {
        assertThat(drawn(blocking(5, IDLE), blocking(4, IDLE), waiting(9, 3, 4, 5)))
                .isEqualTo("4(9) 5");
    }

    @Test
    void ordersTreesByNumberOfBlocked() {
        assertThat(drawn(blocking(1, IDLE), waiting(2, 90, 1), blocking(3, IDLE), waiting(4, 1, 3), waiting(5, 1, 4)))
                .isEqualTo("3(4(5)) 1(2)");
    }

    @Test
    void cutsCycleAtTheLongestWait() {
        assertThat(drawn(waiting(1, 2, 3), waiting(2, 9, 1), waiting(3, 4, 2), waiting(4, 1, 3)))
                .isEqualTo("2(3(1 4))");
    }

    @Test
    void endsAtSessionThatWaitsForItself() {
        assertThat(drawn(waiting(1, 2, 1))).isEqualTo("1");
    }

    @Test
    void placesWaiterUnderThePreparedTransactionOfItsObject() {
        assertThat(drawn(prepared("a", "relation/1/2"), prepared("b", LockFaces.TABLE), waiting(4, 1, 0)))
                .isEqualTo("0(4)");
    }

    @Test
    void leavesOutSessionThatBlocksNobody() {
        assertThat(drawn(blocking(1, IDLE))).isEmpty();
        assertThat(LockTree.of(List.of())).isEmpty();
    }

    @Test
    void showsModeThatTheRootHolds() {
        LockNode root =
                LockTree.of(List.of(blocking(1, IDLE), waiting(2, 5, 1))).getFirst();

        assertThat(root.mode()).isEqualTo("RowExclusiveLock");
        assertThat(root.blocks().getFirst().mode()).isEqualTo("AccessShareLock");
    }

    @Test
    void boundsNodesAndCountsAll() {
        List<Participant> many = new ArrayList<>(List.of(blocking(1, IDLE)));
        IntStream.rangeClosed(2, 500).forEach(pid -> many.add(waiting(pid, pid, 1)));

        LockNode root = LockTree.of(many).getFirst();

        assertThat(root.all()).hasSize(LockTree.MOST);
        assertThat(root.blocked()).isEqualTo(499);
    }

    @Test
    void boundsLevelsAndCountsAll() {
        List<Participant> chain = new ArrayList<>(List.of(blocking(1, IDLE)));
        IntStream.rangeClosed(2, 600).forEach(pid -> chain.add(waiting(pid, 1, pid - 1)));

        LockNode root = LockTree.of(chain).getFirst();

        assertThat(root.all()).hasSize(LockTree.DEEPEST);
        assertThat(root.blocked()).isEqualTo(599);
    }

    @Property(tries = 2000)
    void placesEachWaiterOnceUnderOneOfItsBlockers(@ForAll("graphs") List<Participant> participants) {
        List<LockNode> trees = LockTree.of(participants);

        assertThat(trees.stream()
                        .flatMap(LockNode::all)
                        .filter(node -> node.waitingSeconds() != null)
                        .map(LockNode::pid))
                .containsExactlyInAnyOrderElementsOf(participants.stream()
                        .filter(Participant::waits)
                        .map(participant -> participant.face().pid())
                        .toList());
        assertThat(trees.stream().flatMap(LockNode::all)).allSatisfy(node -> {
            assertThat(node.blocks()).allMatch(child -> child.blockedBy().contains(node.pid()));
            assertThat(node.blocked()).isEqualTo((int) node.all().count() - 1);
        });
    }

    /** Up to 12 sessions, each of which may wait for any others, including itself and unknown ones. */
    @Provide
    Arbitrary<List<Participant>> graphs() {
        Arbitrary<List<Integer>> edges =
                Arbitraries.integers().between(1, 14).list().ofMaxSize(4);
        Arbitrary<Double> seconds = Arbitraries.doubles().between(0, 60).ofScale(1);
        return Combinators.combine(edges.list().ofMaxSize(12), seconds.list().ofSize(12))
                .as((graph, waits) -> IntStream.range(0, graph.size())
                        .mapToObj(i -> graph.get(i).isEmpty()
                                ? blocking(i + 1, IDLE)
                                : waiting(i + 1, waits.get(i), graph.get(i).toArray(Integer[]::new)))
                        .toList());
    }

    private static String drawn(Participant... participants) {
        return drawn(LockTree.of(List.of(participants)));
    }

    private static String drawn(List<LockNode> nodes) {
        return nodes.stream()
                .map(node -> node.pid() + (node.blocks().isEmpty() ? "" : "(" + drawn(node.blocks()) + ")"))
                .collect(joining(" "));
    }
}
