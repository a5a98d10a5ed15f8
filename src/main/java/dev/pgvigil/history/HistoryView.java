package dev.pgvigil.history;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The last hour of one database's server. What was not observed is left out. */
@Schema(name = "History")
public record HistoryView(
        String databaseName,

        @Schema(description = "when the answer was made") Instant timestamp,

        @Schema(description = "seconds that one entry of heartbeats stands for")
        int heartbeatSeconds,

        @Schema(description = "oldest first") List<BeatsView> heartbeats,

        @Schema(description = "seconds that one entry of connections stands for")
        int connectionSeconds,

        @Schema(description = "oldest first") List<UseView> connections) {

    /** Heartbeats of one stretch of time. */
    @Schema(name = "HistoryHeartbeats")
    public record BeatsView(
            @Schema(description = "when the stretch begins") Instant at,

            @Schema(description = "of the answered ones; 0 if there are none")
            double minMs,

            double meanMs,
            double maxMs,
            int answered,
            int lost) {}

    /** Connections of one stretch of time. */
    @Schema(name = "HistoryConnections")
    public record UseView(
            @Schema(description = "when the stretch begins") Instant at,

            @Schema(description = "most in use at one look") int used,

            @Schema(description = "what ordinary roles could get")
            int limit) {}

    static HistoryView of(String name, ServerHistory hour, Instant now) {
        return new HistoryView(
                name, now, HeartbeatRing.SECONDS, beats(hour, now), ConnectionSampleRing.SECONDS, uses(hour, now));
    }

    private static List<BeatsView> beats(ServerHistory hour, Instant now) {
        List<HeartbeatSeries> all = hour.beats(now, Window.SIXTY);
        List<BeatsView> views = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            HeartbeatSeries beats = all.get(i);
            if (beats.observed()) {
                Instant at = hour.beatsBegin(now, all.size() - 1 - i);
                views.add(new BeatsView(
                        at,
                        rounded(beats.min()),
                        rounded(beats.mean()),
                        rounded(beats.max()),
                        beats.answered(),
                        beats.lost()));
            }
        }
        return views;
    }

    private static List<UseView> uses(ServerHistory hour, Instant now) {
        List<ConnectionSample> all = hour.connections(now, Window.SIXTY);
        List<UseView> views = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            ConnectionSample use = all.get(i);
            if (use.observed()) {
                views.add(new UseView(hour.useBegins(now, all.size() - 1 - i), use.most(), use.limit()));
            }
        }
        return views;
    }

    private static double rounded(double milliseconds) {
        return Math.round(milliseconds * 1000) / 1000.0;
    }
}
