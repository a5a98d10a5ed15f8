package dev.pgvigil.history;

import dev.pgvigil.store.Aggregate;
import dev.pgvigil.store.HistoryRange;
import dev.pgvigil.store.HistoryRequest;
import dev.pgvigil.store.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A part of the history of one database. Buckets without observations are omitted. */
@Schema(name = "HistoryRange")
public record RangeView(
        Instant from,
        Instant to,

        @Schema(description = "store; or memory, which holds the last hour")
        String source,

        @Schema(description = "resolution that it was read from: raw, minute, five_minutes, hour")
        String level,

        @Schema(description = "seconds per point") long stepSeconds,

        List<SeriesView> series) {

    /** The points of one series. */
    @Schema(name = "HistorySeries")
    public record SeriesView(
            String name,
            String unit,
            @Schema(description = "oldest first") List<PointView> points) {}

    /** The values of one bucket; mean, min and max are 0 if count is. */
    @Schema(name = "HistoryPoint")
    public record PointView(
            @Schema(description = "start of the bucket") Instant at,

            @Schema(description = "observations") int count,

            @Schema(description = "observations that were due and could not be made")
            int unknown,

            double mean,
            double min,
            double max) {}

    static RangeView of(HistoryRequest request, HistoryRange range) {
        return new RangeView(
                request.from(),
                request.to(),
                "store",
                range.level().toString(),
                range.step().toSeconds(),
                range.lines().stream().map(RangeView::series).toList());
    }

    private static SeriesView series(HistoryRange.Line line) {
        return new SeriesView(
                line.series().key(),
                line.series().unit(),
                line.points().stream()
                        .map(point -> view(point.at(), point.value()))
                        .toList());
    }

    private static PointView view(Instant at, Aggregate value) {
        return new PointView(at, value.count(), value.unknown(), value.mean(), value.min(), value.max());
    }

    /** What memory holds of it, without downsampling. */
    static RangeView of(HistoryRequest request, HistoryView memory) {
        List<SeriesView> all = new ArrayList<>();
        for (Series series : request.series()) {
            all.add(new SeriesView(series.key(), series.unit(), points(request, series, memory)));
        }
        return new RangeView(
                request.from(),
                request.to(),
                "memory",
                "raw",
                Duration.ofSeconds(memory.heartbeatSeconds()).toSeconds(),
                all);
    }

    private static List<PointView> points(HistoryRequest request, Series series, HistoryView memory) {
        List<PointView> all = switch (series) {
            case UP ->
                memory.heartbeats().stream()
                        .map(beat -> new PointView(
                                beat.at(),
                                beat.answered() + beat.lost(),
                                0,
                                (double) beat.answered() / (beat.answered() + beat.lost()),
                                beat.lost() > 0 ? 0 : 1,
                                beat.answered() > 0 ? 1 : 0))
                        .toList();
            case RESPONSE_TIME ->
                memory.heartbeats().stream()
                        .filter(beat -> beat.answered() > 0)
                        .map(beat ->
                                new PointView(beat.at(), beat.answered(), 0, beat.meanMs(), beat.minMs(), beat.maxMs()))
                        .toList();
            case CONNECTIONS ->
                memory.connections().stream()
                        .map(use -> new PointView(use.at(), 1, 0, use.used(), use.used(), use.used()))
                        .toList();
            case DATABASE_SIZE -> List.of();
        };
        return all.stream()
                .filter(point ->
                        !point.at().isBefore(request.from()) && point.at().isBefore(request.to()))
                .toList();
    }
}
