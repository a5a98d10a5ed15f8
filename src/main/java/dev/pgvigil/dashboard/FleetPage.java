package dev.pgvigil.dashboard;

import static java.util.Comparator.comparing;
import static java.util.Comparator.reverseOrder;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.history.History;
import dev.pgvigil.history.Window;
import dev.pgvigil.watch.TargetState;
import dev.pgvigil.watch.view.Counts;
import dev.pgvigil.watch.view.Look;
import dev.pgvigil.watch.view.Region;
import dev.pgvigil.watch.view.Row;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the page at {@code /} shows, as texts.
 *
 * @param status the worst of all targets, whatever the filter
 * @param note what is wrong with pgvigil itself; empty: nothing
 * @param lines those that match, worst first, at most {@value #LINES}
 * @param hidden how many match beyond these
 */
record FleetPage(
        String status,
        String title,
        String headline,
        String at,
        String span,
        String note,
        int total,
        String text,
        String chosenStatus,
        String chosenRegion,
        List<Pill> statuses,
        List<Pill> regions,
        List<Line> lines,
        int matching,
        int hidden) {

    private static final int LINES = 500;
    private static final int REGIONS = 12;

    /** A link that filters by a status or a region, or no longer does. */
    record Pill(String status, String text, int count, String href, boolean chosen) {}

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

        static Line of(TargetState state, Row row, Look look, History history, Window window) {
            Finding worst = state.findings().isEmpty() ? null : state.findings().getFirst();
            boolean stale = row.status() == Status.UNKNOWN;
            return new Line(
                    Wording.lower(row.status()),
                    row.name(),
                    Href.database(row.name()),
                    row.server() + (row.version() == null ? "" : " · PostgreSQL " + row.version()),
                    row.region(),
                    Wording.lower(row.role()),
                    stale ? Wording.UNKNOWN : Wording.milliseconds(row.heartbeatMs()),
                    Sparkline.of(history.of(state.target().server()).sketch(look.now(), window), window),
                    stale ? unknown(row) : worst == null ? "" : worst.title(),
                    stale || worst == null ? "" : worst.observed(),
                    Math.max(0, row.findings() - (stale ? 0 : 1)));
        }

        private static String unknown(Row row) {
            Long age = row.ageMs();
            return age == null ? "not asked yet" : "no news for " + Axis.duration(age);
        }
    }

    private record Entry(TargetState state, Row row) {}

    static FleetPage of(Look look, FleetFilter filter, History history, String note) {
        Window window = history.window(look.now());
        List<Entry> all = look.targets().stream()
                .map(state -> new Entry(state, Row.of(state, look)))
                .toList();
        List<Row> rows = all.stream().map(Entry::row).toList();
        Counts counts = Counts.of(rows);
        List<Entry> matching = all.stream()
                .filter(entry -> filter.matches(entry.row))
                .sorted(comparing((Entry entry) -> entry.row.status(), reverseOrder())
                        .thenComparing(entry -> entry.row.name()))
                .toList();
        List<Line> lines = matching.stream()
                .limit(LINES)
                .map(entry -> Line.of(entry.state, entry.row, look, history, window))
                .toList();
        return new FleetPage(
                Wording.lower(counts.worst()),
                title(counts),
                headline(counts),
                Wording.time(look.now(), look.now()),
                HeartbeatChart.span(window),
                note,
                counts.total(),
                orEmpty(filter.text()),
                filter.status() == null ? "" : Wording.lower(filter.status()),
                orEmpty(filter.region()),
                statuses(counts, filter),
                regions(rows, filter),
                lines,
                matching.size(),
                matching.size() - lines.size());
    }

    private static List<Pill> statuses(Counts counts, FleetFilter filter) {
        return Stream.of(
                        pill(Status.UNHEALTHY, counts.unhealthy(), filter),
                        pill(Status.DEGRADED, counts.degraded(), filter),
                        pill(Status.UNKNOWN, counts.unknown(), filter),
                        pill(Status.HEALTHY, counts.healthy(), filter))
                .toList();
    }

    private static Pill pill(Status status, int count, FleetFilter filter) {
        String name = Wording.lower(status);
        return new Pill(name, name, count, filter.toggled(status).href(), filter.status() == status);
    }

    /** The regions that have a name, the worst first; none if that would tell nothing. */
    private static List<Pill> regions(List<Row> rows, FleetFilter filter) {
        List<Region> named = Region.of(rows).stream()
                .filter(region -> !region.region().isEmpty())
                .sorted(comparing(Region::status, reverseOrder()).thenComparing(Region::region))
                .limit(REGIONS)
                .toList();
        return named.size() < 2
                ? List.of()
                : named.stream()
                        .map(region -> new Pill(
                                Wording.lower(region.status()),
                                region.region(),
                                region.total(),
                                filter.toggled(region.region()).href(),
                                region.region().equals(filter.region())))
                        .toList();
    }

    private static String headline(Counts counts) {
        if (counts.total() == 0) {
            return "No database is watched yet";
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
