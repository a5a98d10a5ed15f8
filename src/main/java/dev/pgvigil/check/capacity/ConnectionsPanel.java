package dev.pgvigil.check.capacity;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Panel;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.capacity.ConnectionUsage.Group;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Shows which databases, roles and applications use a server's connections. */
@Singleton
final class ConnectionsPanel implements Panel<ConnectionUsage> {

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

    /** The data of the template. */
    record Use(String summary, String recommendation, List<Breakdown> breakdowns) {

        static Use of(ConnectionUsage seen) {
            int all = seen.checkedOut();
            List<Bar> states = Arrays.stream(SessionState.values())
                    .map(state -> Bar.of(state.label(), seen.in(state), all))
                    .toList();
            return new Use(
                    "%d of %d ordinary slots in use (%s %%), %d of them pgvigil's"
                            .formatted(
                                    all,
                                    seen.poolSize(),
                                    HumanFormat.number(seen.utilizationPercent()),
                                    seen.ownSessions()),
                    seen.recommendation(),
                    List.of(
                            Breakdown.of("By state", states),
                            Breakdown.of("By application", bars(seen.applications(), all)),
                            Breakdown.of("By user", bars(seen.roles(), all)),
                            Breakdown.of("By database", bars(seen.databases(), all))));
        }
    }

    @CheckedTemplate(basePath = "capacity")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance connections(Use use);
    }

    @Override
    public Tab tab() {
        return Tab.CONNECTIONS;
    }

    @Override
    public String id() {
        return "use";
    }

    @Override
    public String title() {
        return "Connections";
    }

    @Override
    public String check() {
        return Connections.NAME;
    }

    @Override
    public Class<ConnectionUsage> type() {
        return ConnectionUsage.class;
    }

    @Override
    public TemplateInstance content(ConnectionUsage observed, String api) {
        return Templates.connections(Use.of(observed));
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
