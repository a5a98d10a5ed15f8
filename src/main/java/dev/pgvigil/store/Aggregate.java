package dev.pgvigil.store;

/**
 * The values of a series in a bucket. Adding keeps counts and extremes, in any order.
 *
 * @param count values
 * @param unknown values that were due and could not be had
 * @param min 0 with max and sum if there is no value
 */
public record Aggregate(int count, int unknown, double sum, double min, double max) {

    public static final Aggregate NONE = new Aggregate(0, 0, 0, 0, 0);
    public static final Aggregate UNKNOWN = new Aggregate(0, 1, 0, 0, 0);

    public static Aggregate of(double value) {
        return new Aggregate(1, 0, value, value, value);
    }

    public Aggregate plus(Aggregate other) {
        int missing = unknown + other.unknown;
        if (count == 0) {
            return new Aggregate(other.count, missing, other.sum, other.min, other.max);
        }
        return other.count == 0
                ? new Aggregate(count, missing, sum, min, max)
                : new Aggregate(
                        count + other.count,
                        missing,
                        sum + other.sum,
                        Math.min(min, other.min),
                        Math.max(max, other.max));
    }

    public double mean() {
        return count == 0 ? 0 : sum / count;
    }

    boolean nothing() {
        return count == 0 && unknown == 0;
    }
}
