package dev.pgvigil.history;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The connections of an hour and {@value #EARLIER} buckets before it, of half a minute each. Not safe for several threads. */
final class ConnectionSampleRing {

    /** What is carried into the hour. */
    static final int EARLIER = 12;

    static final int BUCKETS = 120 + EARLIER;
    static final int SECONDS = 30;

    private final int[] most = new int[BUCKETS];
    private final int[] limit = new int[BUCKETS];
    private final TimeBuckets wheel = new TimeBuckets(BUCKETS, SECONDS, this::clear);

    void seen(Instant at, int used, int allowed) {
        int place = wheel.turnTo(at);
        if (limit[place] == 0 || used >= most[place]) {
            most[place] = used;
            limit[place] = Math.max(1, allowed);
        }
    }

    /** So many buckets before this moment, oldest first. */
    List<ConnectionSample> until(Instant now, int buckets) {
        List<ConnectionSample> all = new ArrayList<>(buckets);
        for (int back = buckets - 1; back >= 0; back--) {
            int place = wheel.read(now, back);
            all.add(
                    place < 0 || limit[place] == 0
                            ? ConnectionSample.NONE
                            : new ConnectionSample(most[place], limit[place]));
        }
        return all;
    }

    Instant begin(Instant now, int back) {
        return wheel.begin(now, back);
    }

    private void clear(int place) {
        most[place] = 0;
        limit[place] = 0;
    }
}
