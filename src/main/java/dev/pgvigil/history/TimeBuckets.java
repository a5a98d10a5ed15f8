package dev.pgvigil.history;

import java.time.Instant;
import java.util.function.IntConsumer;

/**
 * Which of a fixed number of buckets a moment falls into; a bucket is used again when time comes round. Not safe for
 * several threads.
 */
final class TimeBuckets {

    /** Answers of one server overtake each other by less than this many buckets; more means that the clock went back. */
    private static final int LATE = 1;

    private static final long NEVER = Long.MIN_VALUE;

    private final int size;
    private final int seconds;
    private final IntConsumer clear;
    private long newest = NEVER;

    /**
     * A wheel without a past.
     *
     * @param clear empties a bucket before it stands for another time
     */
    TimeBuckets(int size, int seconds, IntConsumer clear) {
        this.size = size;
        this.seconds = seconds;
        this.clear = clear;
    }

    /** The bucket to write to at this moment; time that has passed since the last one was not observed. */
    int turnTo(Instant at) {
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
        return place(number);
    }

    /**
     * The bucket that held this moment; -1 if none does.
     *
     * @param back how many buckets before the one of {@code at}
     */
    int read(Instant at, int back) {
        long number = number(at) - back;
        return newest == NEVER || number > newest || number <= newest - size ? -1 : place(number);
    }

    /** When the bucket begins that lies so many buckets before the one of {@code at}. */
    Instant begin(Instant at, int back) {
        return Instant.ofEpochSecond((number(at) - back) * seconds);
    }

    private void clear(long from, long to) {
        for (long number = from; number <= to; number++) {
            clear.accept(place(number));
        }
    }

    private long number(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), seconds);
    }

    private int place(long number) {
        return Math.floorMod(number, size);
    }
}
