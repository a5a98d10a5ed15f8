package dev.pgvigil.history;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The heartbeats of an hour and {@value #EARLIER} buckets before it, of ten seconds each. Not safe for several threads. */
final class HeartbeatRing {

    /** What is carried into the hour. */
    static final int EARLIER = 24;

    static final int BUCKETS = 360 + EARLIER;
    static final int SECONDS = 10;

    private final float[] min = new float[BUCKETS];
    private final float[] sum = new float[BUCKETS];
    private final float[] max = new float[BUCKETS];
    private final short[] answered = new short[BUCKETS];
    private final short[] lost = new short[BUCKETS];
    private final TimeBuckets wheel = new TimeBuckets(BUCKETS, SECONDS, this::clear);

    void answered(Instant at, double milliseconds) {
        int place = wheel.turnTo(at);
        float value = (float) Math.max(0, milliseconds);
        if (answered[place] < Short.MAX_VALUE && Float.isFinite(value)) {
            min[place] = answered[place] == 0 ? value : Math.min(min[place], value);
            max[place] = Math.max(max[place], value);
            sum[place] += value;
            answered[place]++;
        }
    }

    void lost(Instant at) {
        int place = wheel.turnTo(at);
        if (lost[place] < Short.MAX_VALUE) {
            lost[place]++;
        }
    }

    /**
     * The time before this moment, oldest first.
     *
     * @param stretches how many equal parts
     * @param each buckets of a part
     */
    List<HeartbeatSeries> until(Instant now, int stretches, int each) {
        List<HeartbeatSeries> all = new ArrayList<>(stretches);
        for (int stretch = stretches - 1; stretch >= 0; stretch--) {
            HeartbeatSeries beats = HeartbeatSeries.NONE;
            for (int back = (stretch + 1) * each - 1; back >= stretch * each; back--) {
                beats = beats.plus(bucket(wheel.read(now, back)));
            }
            all.add(beats);
        }
        return all;
    }

    Instant begin(Instant now, int back) {
        return wheel.begin(now, back);
    }

    private HeartbeatSeries bucket(int place) {
        if (place < 0 || (answered[place] == 0 && lost[place] == 0)) {
            return HeartbeatSeries.NONE;
        }
        double mean = answered[place] == 0 ? 0 : sum[place] / answered[place];
        return new HeartbeatSeries(min[place], mean, max[place], answered[place], lost[place]);
    }

    private void clear(int place) {
        min[place] = 0;
        sum[place] = 0;
        max[place] = 0;
        answered[place] = 0;
        lost[place] = 0;
    }
}
