package dev.pgvigil.slo;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * The seconds of one objective in four tiers: 15 s for windows up to an hour, 2 min up to six, 30 min up to three days, 6 h for the
 * budget. Each second is added to every tier. About 5.5 KB for 30 days. Not thread-safe.
 */
final class CountRing {

    private static final int BUDGET = 3;
    /** Two of its buckets are an hour. */
    private static final int HOURS = 2;

    private final List<BucketRing> tiers;
    private final long window;

    CountRing(BudgetWindow window) {
        this.window = window.seconds();
        this.tiers = List.of(
                new BucketRing(15, 3600),
                new BucketRing(120, 6 * 3600),
                new BucketRing(1800, 3 * 86_400),
                new BucketRing(6 * 3600, this.window));
    }

    void add(long second, Second what, boolean maintenance) {
        tiers.forEach(tier -> tier.add(second, what, maintenance));
    }

    /** The window that ends before that second. */
    Counts over(Span span, long end) {
        return tiers.get(span.tier()).sum(end, span.seconds());
    }

    /** The budget's window that ends before that second. */
    Counts overBudget(long end) {
        return tiers.get(BUDGET).sum(end, window);
    }

    /** An hour, of the last three days. */
    Counts hour(long begin) {
        BucketRing tier = tiers.get(HOURS);
        return tier.bucket(begin).plus(tier.bucket(begin + tier.width()));
    }

    /** The buckets of the budget's window. */
    BucketRing buckets() {
        return tiers.get(BUDGET);
    }

    void notAfter(long second) {
        tiers.forEach(tier -> tier.notAfter(second));
    }

    void write(DataOutput out) throws IOException {
        for (BucketRing tier : tiers) {
            tier.write(out);
        }
    }

    void read(DataInput in) throws IOException {
        for (BucketRing tier : tiers) {
            tier.read(in);
        }
    }
}
