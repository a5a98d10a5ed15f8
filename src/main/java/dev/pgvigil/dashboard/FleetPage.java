package dev.pgvigil.dashboard;

import dev.pgvigil.watch.view.Counts;
import dev.pgvigil.watch.view.FleetView;
import dev.pgvigil.watch.view.Row;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the page at {@code /} shows, as texts.
 *
 * @param at when it was made
 * @param more how many targets are not shown
 */
record FleetPage(String status, String at, int total, Counts counts, List<Line> lines, int more) {

    private static final int LINES = 500;

    /** One target. Figures that nobody knows are a dash. */
    record Line(
            String status,
            String name,
            String region,
            String role,
            String heartbeat,
            String age,
            String worst,
            int more) {

        static Line of(Row row) {
            return new Line(
                    lower(row.status()),
                    row.name(),
                    row.region(),
                    row.role() == null ? "–" : lower(row.role()),
                    row.heartbeatMs() == null ? "–" : String.format(Locale.ROOT, "%.1f ms", row.heartbeatMs()),
                    elapsed(row.ageMs()),
                    row.worst() == null ? "" : row.worst(),
                    Math.max(0, row.findings() - 1));
        }
    }

    static FleetPage of(FleetView fleet) {
        List<Line> lines = fleet.targets().stream().limit(LINES).map(Line::of).toList();
        return new FleetPage(
                lower(fleet.status()),
                time(fleet.timestamp()),
                fleet.total(),
                fleet.counts(),
                lines,
                fleet.total() - lines.size());
    }

    private static String elapsed(@Nullable Long milliseconds) {
        if (milliseconds == null) {
            return "never";
        }
        return milliseconds < 10_000
                ? String.format(Locale.ROOT, "%.1f s", milliseconds / 1000.0)
                : milliseconds / 1000 + " s";
    }

    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
