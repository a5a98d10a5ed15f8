package dev.pgvigil.history;

import java.util.List;

/**
 * The heartbeats of a time bucket.
 *
 * @param min shortest round trip in milliseconds; min, mean and max are 0 if no heartbeat was answered
 * @param lost sent and not answered; if both counts are 0, nothing was observed
 * @param carried no heartbeat was due in this bucket; the values are those of an earlier bucket
 */
public record HeartbeatSeries(double min, double mean, double max, int answered, int lost, boolean carried) {

    public static final HeartbeatSeries NONE = new HeartbeatSeries(0, 0, 0, 0, 0);

    public HeartbeatSeries(double min, double mean, double max, int answered, int lost) {
        this(min, mean, max, answered, lost, false);
    }

    public boolean observed() {
        return answered + lost > 0;
    }

    /** The number of lost heartbeats in these buckets, counted once even if carried. */
    public static int lost(List<HeartbeatSeries> buckets) {
        return buckets.stream()
                .filter(series -> !series.carried)
                .mapToInt(HeartbeatSeries::lost)
                .sum();
    }

    HeartbeatSeries carry() {
        return new HeartbeatSeries(min, mean, max, answered, lost, true);
    }

    /** Merges two buckets. */
    HeartbeatSeries plus(HeartbeatSeries other) {
        if (other.answered == 0) {
            return new HeartbeatSeries(min, mean, max, answered, lost + other.lost);
        }
        if (answered == 0) {
            return new HeartbeatSeries(other.min, other.mean, other.max, other.answered, lost + other.lost);
        }
        int all = answered + other.answered;
        return new HeartbeatSeries(
                Math.min(min, other.min),
                (mean * answered + other.mean * other.answered) / all,
                Math.max(max, other.max),
                all,
                lost + other.lost);
    }
}
