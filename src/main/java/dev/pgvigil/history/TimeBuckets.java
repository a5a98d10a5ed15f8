package dev.pgvigil.history;

import java.time.Instant;
import java.util.function.IntConsumer;

/** Maps times to a fixed number of buckets that are reused in a cycle. Not thread-safe. */
final class TimeBuckets {

    /**
     * Observations of one server arrive out of order by at most this many buckets. A larger step back means that the
     * clock was set back.
     */
    private static final int LATE = 1;

    private static final long NEVER = Long.MIN_VALUE;

    private final int size;
    private final int seconds;
    private final IntConsumer clear;
    private long newest = NEVER;

    /**
     * Creates empty buckets.
     *
     * @param clear empties a bucket before it is reused
     */
    TimeBuckets(int size, int seconds, IntConsumer clear) {
        this.size = size;
        this.seconds = seconds;
        this.clear = clear;
    }

    /** The bucket to write to at this time. Buckets skipped since the last write are emptied. */
    int advanceTo(Instant at) {
        long number = number(at);
        if (newest == NEVER) {
            newest = number;
        } else if (number > newest) {
            clear(Math.max(newest, number - size) + 1, number);
            newest = number;
        } else if (number < newest - LATE) {
            clear(Math.max(number, newest - size + 1), newest);
            newest = number;
        }
        return index(number);
    }

    /**
     * The bucket that holds this time; -1 if there is none.
     *
     * @param back number of buckets before the one of {@code at}
     */
    int read(Instant at, int back) {
        long number = number(at) - back;
        return newest == NEVER || number > newest || number <= newest - size ? -1 : index(number);
    }

    /** The start of the bucket that is {@code back} buckets before the one of {@code at}. */
    Instant begin(Instant at, int back) {
        return Instant.ofEpochSecond((number(at) - back) * seconds);
    }

    private void clear(long from, long to) {
        for (long number = from; number <= to; number++) {
            clear.accept(index(number));
        }
    }

    private long number(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), seconds);
    }

    private int index(long number) {
        return Math.floorMod(number, size);
    }
}
