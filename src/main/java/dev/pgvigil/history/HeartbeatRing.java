package dev.pgvigil.history;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The heartbeats of the last hour and {@value #EARLIER} buckets before it, in buckets of ten seconds. Not thread-safe.
 */
final class HeartbeatRing {

    /** Buckets from which gaps at the start of the hour are filled. */
    static final int EARLIER = 24;

    static final int BUCKETS = 360 + EARLIER;
    static final int SECONDS = 10;

    private final float[] min = new float[BUCKETS];
    private final float[] sum = new float[BUCKETS];
    private final float[] max = new float[BUCKETS];
    private final short[] answered = new short[BUCKETS];
    private final short[] lost = new short[BUCKETS];
    private final TimeBuckets timeline = new TimeBuckets(BUCKETS, SECONDS, this::clear);

    void answered(Instant at, double milliseconds) {
        int index = timeline.advanceTo(at);
        float value = (float) Math.max(0, milliseconds);
        if (answered[index] < Short.MAX_VALUE && Float.isFinite(value)) {
            min[index] = answered[index] == 0 ? value : Math.min(min[index], value);
            max[index] = Math.max(max[index], value);
            sum[index] += value;
            answered[index]++;
        }
    }

    void lost(Instant at) {
        int index = timeline.advanceTo(at);
        if (lost[index] < Short.MAX_VALUE) {
            lost[index]++;
        }
    }

    /**
     * The series before this time, oldest first.
     *
     * @param parts number of equal parts
     * @param each buckets per part
     */
    List<HeartbeatSeries> until(Instant now, int parts, int each) {
        List<HeartbeatSeries> all = new ArrayList<>(parts);
        for (int part = parts - 1; part >= 0; part--) {
            HeartbeatSeries series = HeartbeatSeries.NONE;
            for (int back = (part + 1) * each - 1; back >= part * each; back--) {
                series = series.plus(bucket(timeline.read(now, back)));
            }
            all.add(series);
        }
        return all;
    }

    Instant begin(Instant now, int back) {
        return timeline.begin(now, back);
    }

    private HeartbeatSeries bucket(int index) {
        if (index < 0 || (answered[index] == 0 && lost[index] == 0)) {
            return HeartbeatSeries.NONE;
        }
        double mean = answered[index] == 0 ? 0 : sum[index] / answered[index];
        return new HeartbeatSeries(min[index], mean, max[index], answered[index], lost[index]);
    }

    private void clear(int index) {
        min[index] = 0;
        sum[index] = 0;
        max[index] = 0;
        answered[index] = 0;
        lost[index] = 0;
    }
}
