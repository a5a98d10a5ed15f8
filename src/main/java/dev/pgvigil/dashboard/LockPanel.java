package dev.pgvigil.dashboard;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.activity.Blocking;
import dev.pgvigil.check.activity.LockNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Who waits for whom on a server.
 *
 * @param lines each root, and below it all that wait for it, at most {@value #LINES}
 * @param more how many are not shown
 */
record LockPanel(CheckStatusText seen, String summary, List<Line> lines, int more) {

    private static final int LINES = 60;
    private static final int DEEPEST = 8;

    /**
     * One session or prepared transaction.
     *
     * @param depth 0 for a root; bounded
     * @param lock what it waits for or holds
     */
    record Line(
            int depth, String level, String who, String where, String state, String lock, String behind, String query) {

        static Line of(LockNode node, int depth) {
            return new Line(
                    Math.min(depth, DEEPEST),
                    depth == 0 ? "root" : "level " + depth,
                    node.pid() == 0 ? "prepared transaction " + node.gid() : "pid " + node.pid(),
                    where(node),
                    state(node),
                    lock(node),
                    node.blocked() == 0 ? "" : "blocks " + node.blocked(),
                    node.query() == null ? "" : node.query());
        }

        private static String where(LockNode node) {
            return TextFormat.list(node.usename(), node.applicationName(), node.datname());
        }

        private static String state(LockNode node) {
            String state = node.state().isEmpty() ? node.backendType() : node.state();
            return TextFormat.list(
                    switch (state) {
                        case "" -> "";
                        case "disabled" -> "state unknown (track_activities is off)";
                        case String known -> known + " for " + HumanFormat.seconds(node.stateSeconds());
                    },
                    node.transactionSeconds() > 0
                            ? "transaction " + HumanFormat.seconds(node.transactionSeconds())
                            : "");
        }

        private static String lock(LockNode node) {
            String mode = TextFormat.orUnknown(node.mode());
            if (node.waitingSeconds() == null) {
                return node.mode() == null ? "" : "holds " + mode;
            }
            String object = node.relation() != null ? node.relation() : TextFormat.orUnknown(node.lockType());
            return "waits " + HumanFormat.seconds(node.waitingSeconds()) + " for " + mode + " on " + object;
        }
    }

    static LockPanel of(Observation<Blocking.Locks> locks) {
        Blocking.Locks seen = locks.value();
        if (seen == null) {
            return new LockPanel(locks.seen(), "", List.of(), 0);
        }
        List<Line> lines = new ArrayList<>();
        seen.trees().forEach(root -> add(root, 0, lines));
        String summary = seen.waiting() == 0
                ? "Nothing waits for a lock."
                : "%s for a lock, the longest for %s."
                        .formatted(
                                seen.waiting() == 1 ? "1 session waits" : seen.waiting() + " sessions wait",
                                HumanFormat.seconds(seen.longestSeconds()));
        int shown = Math.min(LINES, lines.size());
        return new LockPanel(locks.seen(), summary, List.copyOf(lines.subList(0, shown)), lines.size() - shown);
    }

    private static void add(LockNode node, int depth, List<Line> lines) {
        lines.add(Line.of(node, depth));
        node.blocks().forEach(child -> add(child, depth + 1, lines));
    }
}
