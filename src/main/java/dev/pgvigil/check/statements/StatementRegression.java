package dev.pgvigil.check.statements;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A statement that is slower than its baseline, with the statistics that say so.
 *
 * @param baselineIntervals intervals of at least 20 calls that make the baseline
 * @param baselineMs mean of the baseline's intervals: their median
 * @param meanMs mean of the last intervals
 * @param factor how many times the baseline
 * @param z the least distance of the last intervals from the baseline, on a logarithmic scale, in robust standard deviations
 * @param welch Welch's t of single calls; null: a variance is not known
 * @param calls in the last intervals
 * @param extraMs time that the last intervals took more than at the baseline
 * @param extraShare the same as a share of the execution time of all statements
 * @param cause the class of the cause
 */
public record StatementRegression(
        String queryid,
        @Nullable String datname,
        @Nullable String usename,
        String query,
        int baselineIntervals,
        double baselineMs,
        double meanMs,
        double factor,
        double z,
        @Nullable Double welch,
        long calls,
        double extraMs,
        double extraShare,
        Cause cause,
        double rowsPerCallBefore,
        double rowsPerCall,
        double blocksPerCallBefore,
        double blocksPerCall,
        double readsPerCallBefore,
        double readsPerCall) {

    /** Why a statement is slower, as far as its counters tell. */
    public enum Cause {
        MORE_ROWS("It returns or changes more rows per call: other parameters, or more data."),
        SPILL("It writes more temporary files per call: sorts or hashes no longer fit into work_mem."),
        MORE_BLOCKS(
                "It touches more blocks per call for as many rows: another plan, a missing index, outdated statistics, or bloat."),
        CACHE_MISSES("It touches as many blocks per call, and more of them are not in shared buffers."),
        STORAGE("Reading a block takes longer: the storage is slower or busier."),
        MORE_WAL("It writes more WAL per call: more indexes, or full pages after checkpoints."),
        OTHER(
                "It touches as many rows and blocks as before: it waits for locks, or competes for CPU, or the storage below the "
                        + "page cache is slower.");

        private final String explanation;

        Cause(String explanation) {
            this.explanation = explanation;
        }

        String explanation() {
            return explanation;
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The least standard deviation of logarithms: smaller differences are noise. */
    private static final double LEAST_DEVIATION = 0.05;

    private static final double APART_Z = 4;
    private static final double APART_FACTOR = 1.5;
    private static final double MORE = 1.5;

    /** Intervals of one statement. */
    record Levels(List<StatementBucket> baseline, List<StatementBucket> recent) {

        double baselineMs() {
            return Math.exp(RobustStatistics.median(logs(baseline)));
        }

        /** Zero if one of the last intervals is as fast as the baseline. */
        double z() {
            return recent.stream().allMatch(bucket -> apart(baseline, bucket))
                    ? recent.stream()
                            .mapToDouble(bucket -> distance(baseline, bucket))
                            .min()
                            .orElse(0)
                    : 0;
        }

        double factor() {
            return StatementBucket.sum(recent).mean() / baselineMs();
        }
    }

    /** Whether an interval does not belong to the baseline. */
    static boolean apart(List<StatementBucket> baseline, StatementBucket bucket) {
        return distance(baseline, bucket) >= APART_Z
                && bucket.mean() >= APART_FACTOR * Math.exp(RobustStatistics.median(logs(baseline)));
    }

    private static double distance(List<StatementBucket> baseline, StatementBucket bucket) {
        double[] logs = logs(baseline);
        double median = RobustStatistics.median(logs);
        return (log(bucket) - median) / Math.max(RobustStatistics.deviation(logs, median), LEAST_DEVIATION);
    }

    private static double[] logs(List<StatementBucket> buckets) {
        return buckets.stream().mapToDouble(StatementRegression::log).toArray();
    }

    private static double log(StatementBucket bucket) {
        return Math.log(Math.max(bucket.mean(), 1e-6));
    }

    static StatementRegression of(
            StatementKey key, Levels levels, String query, @Nullable String datname, @Nullable String usename) {
        StatementBucket before = StatementBucket.sum(levels.baseline);
        StatementBucket now = StatementBucket.sum(levels.recent);
        double extra = Math.max(0, (now.mean() - levels.baselineMs()) * now.calls());
        return new StatementRegression(
                String.valueOf(key.queryid()),
                datname,
                usename,
                query,
                levels.baseline.size(),
                rounded(levels.baselineMs()),
                rounded(now.mean()),
                rounded(levels.factor()),
                rounded(levels.z()),
                welch(before, now),
                Math.round(now.calls()),
                rounded(extra),
                now.allMs() > 0 ? rounded(Math.min(1, extra / now.allMs())) : 0,
                cause(before, now),
                rounded(before.each(before.rows())),
                rounded(now.each(now.rows())),
                rounded(before.each(before.hit() + before.read())),
                rounded(now.each(now.hit() + now.read())),
                rounded(before.each(before.read())),
                rounded(now.each(now.read())));
    }

    private static @Nullable Double welch(StatementBucket before, StatementBucket now) {
        double error = before.variance() / before.calls() + now.variance() / now.calls();
        return error > 0 ? rounded((now.mean() - before.mean()) / Math.sqrt(error)) : null;
    }

    static Cause cause(StatementBucket before, StatementBucket now) {
        if (more(before.each(before.rows()), now.each(now.rows()), 1)) {
            return Cause.MORE_ROWS;
        }
        if (more(before.each(before.temp()), now.each(now.temp()), 1)) {
            return Cause.SPILL;
        }
        if (more(before.each(before.hit() + before.read()), now.each(now.hit() + now.read()), 2)) {
            return Cause.MORE_BLOCKS;
        }
        if (more(before.each(before.read()), now.each(now.read()), 0.5)) {
            return Cause.CACHE_MISSES;
        }
        if (before.readMs() > 0
                && before.read() > 0
                && now.read() > 0
                && more(before.readMs() / before.read(), now.readMs() / now.read(), 0)
                && now.readMs() > 0.3 * now.execMs()) {
            return Cause.STORAGE;
        }
        return more(before.each(before.wal()), now.each(now.wal()), 200) ? Cause.MORE_WAL : Cause.OTHER;
    }

    /** @param least the difference that matters */
    private static boolean more(double before, double now, double least) {
        return now > MORE * before && now - before >= least;
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
