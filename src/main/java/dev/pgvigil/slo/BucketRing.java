package dev.pgvigil.slo;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Counts of seconds in buckets of equal width, the latest buckets only. A bucket holds at most its width, so shorts suffice. Not
 * thread-safe.
 */
final class BucketRing {

    private static final long NOTHING = Long.MIN_VALUE;

    private final int width;
    private final int size;
    private final short[] good;
    private final short[] bad;
    private final short[] excluded;
    private final short[] excludedBad;
    private long latest = NOTHING;
    /** Seconds of the whole ring that are bad or excluded: usually none, and then only good ones need to be summed. */
    private long troubled;

    /**
     * A ring for windows up to a length.
     *
     * @param width seconds of a bucket
     * @param longest seconds of the longest window; one more bucket is kept, because a window seldom begins with a bucket
     */
    BucketRing(int width, long longest) {
        this.width = width;
        this.size = (int) (longest / width) + 1;
        this.good = new short[size];
        this.bad = new short[size];
        this.excluded = new short[size];
        this.excludedBad = new short[size];
    }

    /** Counts one second, which must not be counted before. A second that is older than the ring is ignored. */
    void add(long second, Second what, boolean maintenance) {
        long bucket = Math.floorDiv(second, width);
        advance(bucket);
        if (bucket <= latest - size) {
            return;
        }
        int index = Math.floorMod(bucket, size);
        if (maintenance) {
            excluded[index]++;
            troubled++;
            if (what == Second.BAD) {
                excludedBad[index]++;
            }
            return;
        }
        switch (what) {
            case GOOD -> good[index]++;
            case BAD -> {
                bad[index]++;
                troubled++;
            }
            case UNKNOWN -> {}
        }
    }

    private void advance(long bucket) {
        if (latest == NOTHING || bucket - latest >= size) {
            arrays().forEach(array -> Arrays.fill(array, (short) 0));
            troubled = 0;
            latest = bucket;
        }
        while (latest < bucket) {
            latest++;
            int index = Math.floorMod(latest, size);
            troubled -= bad[index] + excluded[index];
            good[index] = 0;
            bad[index] = 0;
            excluded[index] = 0;
            excludedBad[index] = 0;
        }
    }

    /** Sums the seconds from {@code end - length} to before {@code end}; the oldest bucket in proportion. */
    Counts sum(long end, long length) {
        if (latest == NOTHING) {
            return Counts.NONE;
        }
        long begin = end - length;
        long first = Math.floorDiv(begin, width);
        long last = Math.min(latest, Math.floorDiv(end - 1, width));
        double inside = first <= latest - size ? 0 : (double) ((first + 1) * width - begin) / width;
        Counts oldest = inside == 0 || first > last ? Counts.NONE : part(first, inside);
        long begins = Math.max(first + 1, latest - size + 1);
        Counts whole = troubled == 0
                ? new Counts(sum(good, begins, last), 0, 0, 0)
                : new Counts(
                        sum(good, begins, last),
                        sum(bad, begins, last),
                        sum(excluded, begins, last),
                        sum(excludedBad, begins, last));
        return whole.plus(oldest);
    }

    /** Sums whole buckets, of which the ring has all: the part up to its end, then the part from its begin. */
    private long sum(short[] counts, long firstBucket, long lastBucket) {
        if (firstBucket > lastBucket) {
            return 0;
        }
        int from = Math.floorMod(firstBucket, size);
        int to = Math.floorMod(lastBucket, size);
        return from <= to ? sum(counts, from, to + 1) : sum(counts, from, size) + sum(counts, 0, to + 1);
    }

    private static long sum(short[] counts, int from, int until) {
        int sum = 0;
        for (int i = from; i < until; i++) {
            sum += counts[i];
        }
        return sum;
    }

    /** The counts of the bucket in which this second is. */
    Counts bucket(long second) {
        long bucket = Math.floorDiv(second, width);
        return latest == NOTHING || bucket > latest || bucket <= latest - size ? Counts.NONE : part(bucket, 1);
    }

    private Counts part(long bucket, double share) {
        int index = Math.floorMod(bucket, size);
        return new Counts(good[index] * share, bad[index] * share, excluded[index] * share, excludedBad[index] * share);
    }

    int width() {
        return width;
    }

    int size() {
        return size;
    }

    /** Moves all buckets into the past by whole buckets, so that none is later than that second. */
    void notAfter(long second) {
        long target = Math.floorDiv(second, width);
        if (latest == NOTHING || latest <= target) {
            return;
        }
        int by = Math.floorMod(target - latest, size);
        for (short[] array : arrays()) {
            short[] before = array.clone();
            for (int i = 0; i < size; i++) {
                array[(i + by) % size] = before[i];
            }
        }
        latest = target;
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(size);
        out.writeLong(latest);
        for (short[] array : arrays()) {
            for (short value : array) {
                out.writeShort(value);
            }
        }
    }

    /**
     * Replaces all counts.
     *
     * @throws IOException if they are not those of such a ring
     */
    void read(DataInput in) throws IOException {
        if (in.readInt() != size) {
            throw new IOException("a ring of another size");
        }
        latest = in.readLong();
        for (short[] array : arrays()) {
            for (int i = 0; i < size; i++) {
                array[i] = in.readShort();
            }
        }
        troubled = 0;
        for (int i = 0; i < size; i++) {
            troubled += bad[i] + excluded[i];
            if (good[i] < 0
                    || bad[i] < 0
                    || excludedBad[i] < 0
                    || excludedBad[i] > excluded[i]
                    || good[i] + bad[i] + excluded[i] > width) {
                throw new IOException("a bucket that cannot be");
            }
        }
    }

    private List<short[]> arrays() {
        return List.of(good, bad, excluded, excludedBad);
    }
}
