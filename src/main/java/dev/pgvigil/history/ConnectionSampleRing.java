package dev.pgvigil.history;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The connections of the last hour and {@value #EARLIER} buckets before it, in buckets of 30 seconds. Not thread-safe.
 */
final class ConnectionSampleRing {

    /** Buckets from which gaps at the start of the hour are filled. */
    static final int EARLIER = 12;

    static final int BUCKETS = 120 + EARLIER;
    static final int SECONDS = 30;

    private final int[] most = new int[BUCKETS];
    private final int[] limit = new int[BUCKETS];
    private final TimeBuckets timeline = new TimeBuckets(BUCKETS, SECONDS, this::clear);

    void add(Instant at, int used, int available) {
        int index = timeline.advanceTo(at);
        if (limit[index] == 0 || used >= most[index]) {
            most[index] = used;
            limit[index] = Math.max(1, available);
        }
    }

    /** The last buckets before this time, oldest first. */
    List<ConnectionSample> until(Instant now, int buckets) {
        List<ConnectionSample> all = new ArrayList<>(buckets);
        for (int back = buckets - 1; back >= 0; back--) {
            int index = timeline.read(now, back);
            all.add(
                    index < 0 || limit[index] == 0
                            ? ConnectionSample.NONE
                            : new ConnectionSample(most[index], limit[index]));
        }
        return all;
    }

    Instant begin(Instant now, int back) {
        return timeline.begin(now, back);
    }

    private void clear(int index) {
        most[index] = 0;
        limit[index] = 0;
    }
}
