package dev.pgvigil.dashboard;

import static java.util.Comparator.comparing;
import static java.util.Comparator.reverseOrder;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.dashboard.FleetOrder.Entry;
import dev.pgvigil.history.History;
import dev.pgvigil.history.Window;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.Counts;
import dev.pgvigil.state.view.DatabaseSummary;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.state.view.Region;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The content of the page {@code /} as text.
 *
 * @param status the worst status of all targets, regardless of the filter
 * @param note a warning about pgvigil itself; empty: none
 * @param sorting the order as text
 * @param chosenSort empty: the default order
 * @param lines the matching targets, at most {@value #LINES}
 * @param dense true if there are so many that each should take one line
 */
record FleetPage(
        String status,
        String title,
        String headline,
        String at,
        String note,
        int total,
        String text,
        String chosenStatus,
        String chosenRegion,
        List<Pill> statuses,
        List<Pill> regions,
        List<Column> columns,
        String sorting,
        String chosenSort,
        List<Line> lines,
        boolean dense,
        Part part) {

    private static final int LINES = 100;
    private static final int ROOMY = 40;
    private static final int REGIONS = 12;

    /** A link that sets or removes the filter by a status or region. */
    record Pill(String status, String text, int count, String href, boolean chosen) {}

    /**
     * The header of a column.
     *
     * @param href URL of the fleet sorted by this column; empty: not sortable
     * @param sort {@code aria-sort}; empty: not sorted by this column
     */
    record Column(String text, String href, String sort) {}

    /**
     * The page of the matching targets.
     *
     * @param number of the page
     * @param first index of the first target, from 1
     * @param previous URL of the previous page; empty: none
     */
    record Part(int number, int first, int last, int matching, String previous, String next) {

        static Part of(FleetQuery choice, int matching) {
            int pages = Math.max(1, Math.ceilDiv(matching, LINES));
            int number = Math.min(choice.page(), pages);
            return new Part(
                    number,
                    (number - 1) * LINES + 1,
                    Math.min(matching, number * LINES),
                    matching,
                    number == 1 ? "" : choice.at(number - 1).href(),
                    number == pages ? "" : choice.at(number + 1).href());
        }
    }

    /** One target. */
    record Line(
            String status,
            String name,
            String href,
            String server,
            String region,
            String role,
            String heartbeat,
            Sparkline sparkline,
            String worst,
            String observed,
            int more) {

        static Line of(Entry entry, Sparkline sparkline) {
            DatabaseSummary row = entry.row();
            List<Finding> findings = entry.state().findings();
            Finding worst = findings.isEmpty() ? null : findings.getFirst();
            boolean stale = row.status() == Status.UNKNOWN;
            return new Line(
                    TextFormat.lower(row.status()),
                    row.name(),
                    Href.database(row.name()),
                    row.server() + (row.version() == null ? "" : " · PostgreSQL " + row.version()),
                    row.region(),
                    TextFormat.lower(row.role()),
                    stale ? TextFormat.UNKNOWN : TextFormat.milliseconds(row.heartbeatMs()),
                    sparkline,
                    stale ? unknown(row) : worst == null ? "" : worst.title(),
                    stale || worst == null ? "" : worst.observed(),
                    Math.max(0, row.findings() - (stale ? 0 : 1)));
        }

        private static String unknown(DatabaseSummary row) {
            Long age = row.ageMs();
            return age == null ? "not checked yet" : "no data for " + Axis.duration(age);
        }
    }

    /** Creates the page from a view. */
    static FleetPage of(
            PointInTimeView fleetView, FleetQuery choice, History history, Check<?> heartbeat, String note) {
        FleetFilter filter = choice.filter();
        Window window = history.window(fleetView.now());
        List<Entry> all = fleetView.targets().stream()
                .map(state -> new Entry(state, DatabaseSummary.of(state, fleetView)))
                .toList();
        List<DatabaseSummary> rows = all.stream().map(Entry::row).toList();
        Counts counts = Counts.of(rows);
        List<Entry> matching = all.stream()
                .filter(entry -> filter.matches(entry.row()))
                .sorted(choice.order().comparator())
                .toList();
        Part part = Part.of(choice, matching.size());
        List<Line> lines = matching.subList(part.first - 1, part.last).stream()
                .map(entry -> Line.of(entry, sparkline(entry.state(), fleetView, history, window, heartbeat)))
                .toList();
        return new FleetPage(
                TextFormat.lower(counts.worst()),
                title(counts),
                headline(counts),
                TextFormat.time(fleetView.now(), fleetView.now()),
                note,
                counts.total(),
                orEmpty(filter.text()),
                filter.status() == null ? "" : TextFormat.lower(filter.status()),
                orEmpty(filter.region()),
                statuses(counts, choice),
                regions(rows, choice),
                columns(choice, window),
                choice.order().words(),
                choice.order() == FleetOrder.STATUS ? "" : TextFormat.lower(choice.order()),
                lines,
                lines.size() > ROOMY,
                part);
    }

    private static Sparkline sparkline(
            TargetState state, PointInTimeView fleetView, History history, Window window, Check<?> heartbeat) {
        Duration interval = fleetView.server(state).interval(state.target(), heartbeat);
        return Sparkline.of(history.of(state.target().server()).sketch(fleetView.now(), window, interval), window);
    }

    private static List<Column> columns(FleetQuery choice, Window window) {
        return List.of(
                column("Status", FleetOrder.STATUS, choice),
                column("Database", FleetOrder.NAME, choice),
                column("Region", FleetOrder.REGION, choice),
                column("Role", FleetOrder.ROLE, choice),
                column("Heartbeat over " + HeartbeatChart.span(window), FleetOrder.HEARTBEAT, choice),
                new Column("Worst finding", "", ""));
    }

    private static Column column(String text, FleetOrder order, FleetQuery choice) {
        return new Column(text, choice.with(order).href(), choice.order() == order ? order.direction() : "");
    }

    private static List<Pill> statuses(Counts counts, FleetQuery choice) {
        return Stream.of(
                        pill(Status.UNHEALTHY, counts.unhealthy(), choice),
                        pill(Status.DEGRADED, counts.degraded(), choice),
                        pill(Status.UNKNOWN, counts.unknown(), choice),
                        pill(Status.HEALTHY, counts.healthy(), choice))
                .toList();
    }

    private static Pill pill(Status status, int count, FleetQuery choice) {
        FleetFilter filter = choice.filter();
        String name = TextFormat.lower(status);
        return new Pill(name, name, count, choice.with(filter.toggled(status)).href(), filter.status() == status);
    }

    /** The named regions, worst first; empty if there is only one. */
    private static List<Pill> regions(List<DatabaseSummary> rows, FleetQuery choice) {
        FleetFilter filter = choice.filter();
        List<Region> named = Region.of(rows).stream()
                .filter(region -> !region.region().isEmpty())
                .sorted(comparing(Region::status, reverseOrder()).thenComparing(Region::region))
                .limit(REGIONS)
                .toList();
        return named.size() < 2
                ? List.of()
                : named.stream()
                        .map(region -> new Pill(
                                TextFormat.lower(region.status()),
                                region.region(),
                                region.total(),
                                choice.with(filter.toggled(region.region())).href(),
                                region.region().equals(filter.region())))
                        .toList();
    }

    private static String headline(Counts counts) {
        if (counts.total() == 0) {
            return "No database is monitored yet";
        }
        if (counts.healthy() == counts.total()) {
            return counts.total() == 1 ? "The database is healthy" : "All " + counts.total() + " databases are healthy";
        }
        return troubles(counts) + " of " + counts.total() + (counts.total() == 1 ? " database" : " databases");
    }

    private static String title(Counts counts) {
        return counts.worst() == Status.HEALTHY ? "healthy" : counts.total() == 0 ? "unknown" : troubles(counts);
    }

    /** {@code 2 unhealthy, 1 unknown}. */
    private static String troubles(Counts counts) {
        return String.join(
                ", ",
                Stream.of(
                                trouble(counts.unhealthy(), "unhealthy"),
                                trouble(counts.degraded(), "degraded"),
                                trouble(counts.unknown(), "unknown"))
                        .filter(text -> !text.isEmpty())
                        .toList());
    }

    private static String trouble(int count, String status) {
        return count == 0 ? "" : count + " " + status;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
