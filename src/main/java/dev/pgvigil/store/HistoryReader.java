package dev.pgvigil.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Reads history of the finest level that holds the whole range and needs no more rows than a chart can use. */
final class HistoryReader {

    /** Rows that a statement may read for each point. */
    private static final int ROWS_PER_POINT = 12;

    private final StorePool pool;
    private final StoreSettings settings;

    HistoryReader(StorePool pool, StoreSettings settings) {
        this.pool = pool;
        this.settings = settings;
    }

    Future<HistoryRange> read(String target, HistoryRequest request) {
        Level level = level(request, Instant.now());
        Duration step = request.step(level);
        return pool.query(
                        sql(level, request.series()),
                        Tuple.of(target, Rows.utc(level.bucket(request.from())), Rows.utc(request.to()), (double)
                                step.toSeconds()))
                .map(rows -> new HistoryRange(level, step, lines(request.series(), rows)));
    }

    /** Coarser levels lag behind by up to two of their steps; the last hours come from the finer ones. */
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
        String figures = series.stream()
                .map(Series::key)
                .map(key ->
                        "sum(%1$s_count) AS %1$s_count, sum(%1$s_unknown) AS %1$s_unknown, sum(%1$s_sum) AS %1$s_sum, min(%1$s_min) AS %1$s_min, max(%1$s_max) AS %1$s_max"
                                .formatted(key))
                .collect(Collectors.joining(", "));
        return "SELECT date_bin(make_interval(secs => $4), h.at, '2000-01-01 00:00:00Z') AS bucket, " + figures
                + " FROM pgvigil." + level.table + " h WHERE h.target = (SELECT id FROM pgvigil.target WHERE name = $1)"
                + " AND h.at >= $2 AND h.at < $3 GROUP BY bucket ORDER BY bucket";
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
