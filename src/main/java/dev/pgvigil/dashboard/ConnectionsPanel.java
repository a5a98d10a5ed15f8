package dev.pgvigil.dashboard;

import dev.pgvigil.check.capacity.ConnectionUsage;
import dev.pgvigil.check.capacity.ConnectionUsage.Group;
import dev.pgvigil.check.capacity.SessionState;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Who holds a server's connections.
 *
 * @param inUse how many of how many
 */
record ConnectionsPanel(
        CheckStatusText seen, String inUse, String summary, String recommendation, List<Breakdown> breakdowns) {

    private static final int BARS = 8;

    /** Connections by one property, most first. */
    record Breakdown(String title, List<Bar> bars, int more) {

        static Breakdown of(String title, List<Bar> bars) {
            List<Bar> used = bars.stream()
                    .filter(bar -> bar.count > 0)
                    .sorted(Comparator.comparingInt(Bar::count).reversed())
                    .toList();
            List<Bar> shown = used.stream().limit(BARS).toList();
            return new Breakdown(title, shown, used.size() - shown.size());
        }
    }

    /**
     * One of them.
     *
     * @param percent of all connections in use, 0 to 100
     */
    record Bar(String name, int count, int percent) {

        static Bar of(String name, int count, int all) {
            return new Bar(name, count, all <= 0 ? 0 : Math.clamp(Math.round(100.0 * count / all), 0, 100));
        }
    }

    static ConnectionsPanel of(Observation<ConnectionUsage> connections) {
        ConnectionUsage seen = connections.value();
        if (seen == null) {
            return new ConnectionsPanel(connections.seen(), TextFormat.UNKNOWN, "", "", List.of());
        }
        int all = seen.checkedOut();
        List<Bar> states = Arrays.stream(SessionState.values())
                .map(state -> Bar.of(state.label(), seen.in(state), all))
                .toList();
        return new ConnectionsPanel(
                connections.seen(),
                all + " of " + seen.poolSize(),
                "%d of %d ordinary slots in use (%s %%), %d of them pgvigil's"
                        .formatted(
                                all, seen.poolSize(), TextFormat.value(seen.utilizationPercent()), seen.ownSessions()),
                seen.recommendation(),
                List.of(
                        Breakdown.of("By state", states),
                        Breakdown.of("By application", bars(seen.applications(), all)),
                        Breakdown.of("By user", bars(seen.roles(), all)),
                        Breakdown.of("By database", bars(seen.databases(), all))));
    }

    private static List<Bar> bars(List<Group> groups, int all) {
        return groups.stream()
                .map(group -> Bar.of(name(group), group.sessions(), all))
                .toList();
    }

    private static String name(Group group) {
        if (group.name() == null) {
            return "others";
        }
        return group.name().isEmpty() ? "(no name)" : group.name();
    }
}
