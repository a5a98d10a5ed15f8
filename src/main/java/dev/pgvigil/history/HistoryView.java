package dev.pgvigil.history;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The last hour of one database's server. Buckets without observations are omitted. */
@Schema(name = "History")
public record HistoryView(
        String databaseName,

        @Schema(description = "time of the response") Instant timestamp,

        @Schema(description = "seconds per entry of heartbeats")
        int heartbeatSeconds,

        @Schema(description = "oldest first") List<BeatsView> heartbeats,

        @Schema(description = "seconds per entry of connections")
        int connectionSeconds,

        @Schema(description = "oldest first") List<UseView> connections,

        @Schema(description = "with from, to, step or series: that part of the history") @Nullable
        RangeView range) {

    /** Heartbeats of one time bucket. */
    @Schema(name = "HistoryHeartbeats")
    public record BeatsView(
            @Schema(description = "start of the period") Instant at,

            @Schema(description = "over the successful heartbeats; 0 if there are none")
            double minMs,

            double meanMs,
            double maxMs,
            int answered,
            int lost) {}

    /** Connections of one time bucket. */
    @Schema(name = "HistoryConnections")
    public record UseView(
            @Schema(description = "start of the period") Instant at,

            @Schema(description = "maximum in use") int used,

            @Schema(description = "connections available to ordinary roles")
            int limit) {}

    static HistoryView of(String name, ServerHistory history, Instant now, @Nullable RangeView range) {
        return new HistoryView(
                name,
                now,
                HeartbeatRing.SECONDS,
                beats(history, now),
                ConnectionSampleRing.SECONDS,
                uses(history, now),
                range);
    }

    private static List<BeatsView> beats(ServerHistory history, Instant now) {
        List<HeartbeatSeries> all = history.beats(now, Window.SIXTY);
        List<BeatsView> views = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            HeartbeatSeries series = all.get(i);
            if (series.observed()) {
                Instant at = history.beatsBegin(now, all.size() - 1 - i);
                views.add(new BeatsView(
                        at,
                        rounded(series.min()),
                        rounded(series.mean()),
                        rounded(series.max()),
                        series.answered(),
                        series.lost()));
            }
        }
        return views;
    }

    private static List<UseView> uses(ServerHistory history, Instant now) {
        List<ConnectionSample> all = history.connections(now, Window.SIXTY);
        List<UseView> views = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            ConnectionSample sample = all.get(i);
            if (sample.observed()) {
                views.add(new UseView(history.useBegins(now, all.size() - 1 - i), sample.most(), sample.limit()));
            }
        }
        return views;
    }

    private static double rounded(double milliseconds) {
        return Math.round(milliseconds * 1000) / 1000.0;
    }
}
