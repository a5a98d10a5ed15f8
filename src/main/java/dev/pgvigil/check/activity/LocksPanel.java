package dev.pgvigil.check.activity;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Panel;
import dev.pgvigil.check.Tab;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** Shows which sessions wait for which on a server. */
@Singleton
final class LocksPanel implements Panel<Blocking.Locks> {

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
            return HumanFormat.list(node.usename(), node.applicationName(), node.datname());
        }

        private static String state(LockNode node) {
            String state = node.state().isEmpty() ? node.backendType() : node.state();
            return HumanFormat.list(
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
            String mode = HumanFormat.orUnknown(node.mode());
            if (node.waitingSeconds() == null) {
                return node.mode() == null ? "" : "holds " + mode;
            }
            String object = node.relation() != null ? node.relation() : HumanFormat.orUnknown(node.lockType());
            return "waits " + HumanFormat.seconds(node.waitingSeconds()) + " for " + mode + " on " + object;
        }
    }

    /**
     * The data of the template.
     *
     * @param lines each root, followed by all sessions that wait for it, at most {@value #LINES}
     * @param more number of lines not shown
     */
    record Trees(String summary, List<Line> lines, int more) {

        static Trees of(Blocking.Locks seen) {
            List<Line> lines = new ArrayList<>();
            seen.trees().forEach(root -> add(root, 0, lines));
            int shown = Math.min(LocksPanel.LINES, lines.size());
            return new Trees(summary(seen), List.copyOf(lines.subList(0, shown)), lines.size() - shown);
        }

        private static String summary(Blocking.Locks seen) {
            return seen.waiting() == 0
                    ? "No session waits for a lock."
                    : "%s for a lock, the longest for %s."
                            .formatted(
                                    seen.waiting() == 1 ? "1 session waits" : seen.waiting() + " sessions wait",
                                    HumanFormat.seconds(seen.longestSeconds()));
        }

        private static void add(LockNode node, int depth, List<Line> lines) {
            lines.add(Line.of(node, depth));
            node.blocks().forEach(child -> add(child, depth + 1, lines));
        }
    }

    @CheckedTemplate(basePath = "activity")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance locks(Trees locks, String api);
    }

    @Override
    public Tab tab() {
        return Tab.ACTIVITY;
    }

    @Override
    public String id() {
        return "locks";
    }

    @Override
    public String title() {
        return "Locks";
    }

    @Override
    public String check() {
        return Blocking.NAME;
    }

    @Override
    public Class<Blocking.Locks> type() {
        return Blocking.Locks.class;
    }

    @Override
    public TemplateInstance content(Blocking.Locks observed, String api) {
        return Templates.locks(Trees.of(observed), api);
    }
}
