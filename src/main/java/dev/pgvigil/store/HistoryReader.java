package dev.pgvigil.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads history of the finest level that holds the whole range and needs no more rows than a chart can use. What is not made into that level
 * yet comes from finer ones.
 */
final class HistoryReader {

    /** Rows that a statement may read for each point. */
    private static final int ROWS_PER_POINT = 12;

    private final StoreSessions sessions;
    private final StoreSettings settings;

    HistoryReader(StoreSessions sessions, StoreSettings settings) {
        this.sessions = sessions;
        this.settings = settings;
    }

    Future<HistoryRange> read(String target, HistoryRequest request) {
        return read(target, level(request, Instant.now()), request);
    }

    Future<HistoryRange> read(String target, Level level, HistoryRequest request) {
        Duration step = request.step(level);
        return sessions.query(
                        sql(level, request.series()),
                        Tuple.of(target, Rows.utc(level.bucket(request.from())), Rows.utc(request.to()), (double)
                                step.toSeconds()))
                .map(rows -> new HistoryRange(level, step, lines(request.series(), rows)));
    }

    Level level(HistoryRequest request, Instant now) {
        Duration length = Duration.between(request.from(), request.to());
        for (Level level : Level.values()) {
            boolean kept = !request.from().isBefore(now.minus(settings.keep(level)));
            boolean enough = request.step() == null || level.step().compareTo(request.step()) <= 0;
            if (level == Level.HOUR
                    || (kept
                            && enough
                            && length.dividedBy(level.step()) <= (long) HistoryRequest.POINTS * ROWS_PER_POINT)) {
                return level;
            }
        }
        return Level.HOUR;
    }

    private static String sql(Level level, List<Series> series) {
        String columns = columns(series, "%1$s_count, %1$s_unknown, %1$s_sum, %1$s_min, %1$s_max");
        String figures = columns(
                series,
                "sum(%1$s_count) AS %1$s_count, sum(%1$s_unknown) AS %1$s_unknown, sum(%1$s_sum) AS %1$s_sum,"
                        + " min(%1$s_min) AS %1$s_min, max(%1$s_max) AS %1$s_max");
        List<Level> levels = Arrays.stream(Level.values())
                .filter(each -> each.compareTo(level) <= 0)
                .sorted(Comparator.reverseOrder())
                .toList();
        List<String> marks = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        String begin = "$2";
        for (Level each : levels) {
            String end = "$3";
            if (each != Level.RAW) {
                String mark = "before_" + each.table;
                // Each part begins where the coarser ones end, even if a finer level is being made again.
                marks.add("max(done) FILTER (WHERE step >= '%d s') AS %s"
                        .formatted(each.step().toSeconds(), mark));
                end = "least($3, (SELECT " + mark + " FROM mark))";
            }
            parts.add("SELECT at, " + columns + " FROM pgvigil." + each.table
                    + " WHERE target = (SELECT id FROM pgvigil.target WHERE name = $1) AND at >= " + begin
                    + " AND at < " + end);
            begin = "greatest($2, (SELECT before_" + each.table + " FROM mark))";
        }
        return (marks.isEmpty() ? "" : "WITH mark AS (SELECT " + String.join(", ", marks) + " FROM pgvigil.level) ")
                + "SELECT date_bin(make_interval(secs => $4), at, '2000-01-01 00:00:00Z') AS bucket, " + figures
                + " FROM (" + String.join(" UNION ALL ", parts) + ") AS part GROUP BY bucket ORDER BY bucket";
    }

    private static String columns(List<Series> series, String format) {
        return series.stream().map(each -> format.formatted(each.key())).collect(Collectors.joining(", "));
    }

    private static List<HistoryRange.Line> lines(List<Series> series, RowSet<Row> rows) {
        List<HistoryRange.Line> lines = new ArrayList<>();
        for (Series each : series) {
            List<HistoryRange.Point> points = new ArrayList<>();
            for (Row row : rows) {
                Aggregate value = value(each.key(), row);
                if (!value.nothing()) {
                    points.add(new HistoryRange.Point(
                            row.getOffsetDateTime("bucket").toInstant(), value));
                }
            }
            lines.add(new HistoryRange.Line(each, points));
        }
        return lines;
    }

    private static Aggregate value(String key, Row row) {
        Long count = row.getLong(key + "_count");
        Long unknown = row.getLong(key + "_unknown");
        int missing = unknown == null ? 0 : Math.toIntExact(unknown);
        return count == null || count == 0
                ? new Aggregate(0, missing, 0, 0, 0)
                : new Aggregate(
                        Math.toIntExact(count),
                        missing,
                        row.getDouble(key + "_sum"),
                        row.getDouble(key + "_min"),
                        row.getDouble(key + "_max"));
    }
}
