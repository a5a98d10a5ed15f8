package dev.pgvigil.check.activity;

import static java.util.Comparator.comparingDouble;
import static java.util.Comparator.comparingInt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Builds the trees of blocked sessions: each session appears once, under one of those that block it, as near to a root as
 * possible. Pure.
 *
 * <p>Roots block and do not wait. If several sessions block the same one, it appears under the oldest transaction, and the
 * others may have no children. In a cycle, which is a deadlock that the server has not detected yet, the session that waits
 * longest becomes the root.
 */
final class LockTree {

    /** The most nodes of all trees together. */
    static final int MOST = 200;

    /** The most levels of a tree. */
    static final int DEEPEST = 20;

    /**
     * A session that waits for a lock or blocks others.
     *
     * @param blockers pids of the sessions that block it; 0 stands for prepared transactions
     * @param object what it waits for; null: it does not wait
     * @param holds modes of the locks it holds on objects that others wait for, by object
     * @param face the node as shown in a tree
     */
    public record Participant(
            Set<Integer> blockers, @Nullable String object, Map<String, String> holds, LockNode face) {

        boolean waits() {
            return object != null;
        }

        boolean blocks(Participant other) {
            int pid = face.pid();
            return other.blockers.contains(pid) && (pid != 0 || holds.containsKey(String.valueOf(other.object)));
        }
    }

    /** The position of a participant. */
    private static final class Place {

        private final Participant participant;
        private final List<Place> children = new ArrayList<>();
        private boolean taken;
        private boolean shown;
        private int blocked;

        Place(Participant participant) {
            this.participant = participant;
        }

        int count() {
            blocked = children.stream().mapToInt(child -> 1 + child.count()).sum();
            return blocked;
        }

        LockNode node() {
            LockNode face = participant.face;
            List<LockNode> nodes = children.stream()
                    .filter(child -> child.shown)
                    .map(Place::node)
                    .toList();
            return face.placed(participant.waits() ? face.mode() : heldMode(), blocked, nodes);
        }

        private @Nullable String heldMode() {
            for (Place child : children) {
                String mode = participant.holds.get(String.valueOf(child.participant.object));
                if (mode != null) {
                    return mode;
                }
            }
            return null;
        }
    }

    private static final Comparator<Place> LONGEST_WAIT = comparingDouble(
                    (Place place) -> place.participant.face.waited())
            .reversed()
            .thenComparingInt(place -> place.participant.face.pid());

    private static final Comparator<Place> WORST =
            comparingInt((Place place) -> place.blocked).reversed().thenComparing(LONGEST_WAIT);

    private static final Comparator<Place> OLDEST = comparingDouble(
                    (Place place) -> place.participant.face.transactionSeconds())
            .reversed()
            .thenComparingInt(place -> place.participant.face.pid());

    private final List<Place> waiting;
    private final List<Place> blocking;

    private LockTree(List<Participant> participants) {
        this.waiting = participants.stream()
                .filter(Participant::waits)
                .map(Place::new)
                .sorted(LONGEST_WAIT)
                .toList();
        this.blocking = participants.stream()
                .filter(one -> !one.waits() && participants.stream().anyMatch(one::blocks))
                .map(Place::new)
                .sorted(OLDEST)
                .toList();
    }

    /** The trees, worst first: by sessions blocked, then by the longest wait. */
    static List<LockNode> of(List<Participant> participants) {
        List<Place> roots = new LockTree(participants).roots();
        roots.forEach(Place::count);
        roots.sort(WORST);
        show(roots);
        return roots.stream().filter(root -> root.shown).map(Place::node).toList();
    }

    private List<Place> roots() {
        List<Place> roots = new ArrayList<>(blocking);
        place(roots);
        for (Place left : waiting) {
            if (!left.taken) {
                roots.add(left);
                place(List.of(left));
            }
        }
        return roots;
    }

    /** Level by level, so that each is as near to a root as possible. */
    private void place(List<Place> roots) {
        Queue<Place> next = new ArrayDeque<>(roots);
        roots.forEach(root -> root.taken = true);
        for (Place blocker = next.poll(); blocker != null; blocker = next.poll()) {
            for (Place candidate : waiting) {
                if (!candidate.taken && blocker.participant.blocks(candidate.participant)) {
                    candidate.taken = true;
                    blocker.children.add(candidate);
                    next.add(candidate);
                }
            }
        }
    }

    /** Chooses the nodes to show, level by level, up to the limit. */
    private static void show(List<Place> roots) {
        int room = MOST;
        List<Place> level = roots;
        for (int depth = 1; depth <= DEEPEST && room > 0 && !level.isEmpty(); depth++) {
            List<Place> chosen = level.stream().limit(room).toList();
            chosen.forEach(place -> place.shown = true);
            room -= chosen.size();
            level = chosen.stream().flatMap(place -> place.children.stream()).toList();
        }
    }
}
