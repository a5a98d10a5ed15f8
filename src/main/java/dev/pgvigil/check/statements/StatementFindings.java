package dev.pgvigil.check.statements;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Findings on statements, and on how they are counted. Pure. */
record StatementFindings(StatementStatistics now, Target target) {

    /** RobustStatistics standard deviations from which a difference is one. */
    static final double SIGNIFICANT = 4;

    /** Statements are not counted: what they take is not known. */
    Optional<Finding> untracked() {
        // A role of its own may have the setting: while others are counted, it says nothing of them.
        if (!"none".equals(now.track())
                || now.intervalSeconds() <= 0
                || now.interval().calls() > 0) {
            return Optional.empty();
        }
        return Optional.of(advice(
                        "untracked",
                        "statements are not counted",
                        "pg_stat_statements.track is none, and in " + HumanFormat.seconds(now.intervalSeconds())
                                + " no statement was counted")
                .cause("The library is loaded and counts nothing: which statements take most of the time is not known.")
                .action("Set it to top; that applies at once. Its cost is small.")
                .expectedEffect("Which statements take most of the time, and which became slower, is known.")
                .sql("alter system set pg_stat_statements.track = 'top'; select pg_reload_conf()"));
    }

    /** The server counts fewer statements than it is sent. */
    Optional<Finding> evictions() {
        Long times = now.evictions();
        double limit = target.thresholds().of(Statements.EVICTIONS);
        if (times == null || now.maxEntries() == null || times < limit) {
            return Optional.empty();
        }
        return Optional.of(advice(
                        "evictions",
                        "pg_stat_statements evicts statements",
                        "Statements were evicted " + HumanFormat.count(times, "time") + " in the last hour; it keeps "
                                + now.maxEntries())
                .threshold("from " + HumanFormat.number(limit) + " times an hour")
                .cause(
                        "There are more distinct statements than pg_stat_statements.max: often because lists of values or names "
                                + "of temporary tables make each one distinct. Each time, 5 % of the entries are lost with their "
                                + "counters, and sessions wait for its lock.")
                .action("Raise pg_stat_statements.max, up to 10000; that requires a restart. Better, have the "
                        + "application pass lists as one array parameter (= any($1)).")
                .expectedEffect(
                        "Counters of rare statements are kept, and sessions no longer wait while entries are removed.")
                .sql("alter system set pg_stat_statements.max = "
                        + Math.max(now.maxEntries(), Math.min(10_000, 2 * now.maxEntries()))));
    }

    /** Statements of the target's database that take much longer than their baseline. */
    Optional<Finding> regression() {
        Thresholds limits = target.thresholds();
        List<StatementRegression> found = now.slower().stream()
                .filter(one -> target.database().equals(one.datname()))
                .filter(one -> !target.server().user().equals(one.usename()))
                .filter(one -> one.factor() >= limits.of(Statements.REGRESSION_FACTOR) && one.z() >= SIGNIFICANT)
                .filter(one -> one.baselineIntervals() >= limits.of(Statements.REGRESSION_INTERVALS))
                .filter(one -> one.extraShare() >= limits.of(Statements.REGRESSION_SHARE))
                .toList();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        StatementRegression worst = found.getFirst();
        double share =
                found.stream().mapToDouble(StatementRegression::extraShare).sum();
        boolean degraded = share >= limits.of(Statements.REGRESSION_DEGRADED);
        return Optional.of(Finding.of(
                        Statements.NAME,
                        "regression",
                        degraded ? Status.DEGRADED : Status.HEALTHY,
                        Severity.MEDIUM,
                        "statements are slower than before",
                        HumanFormat.count(found.size(), "statement") + " slower than before: the worst takes "
                                + HumanFormat.milliseconds(worst.meanMs()) + ", "
                                + HumanFormat.number(worst.factor()) + " times its baseline of "
                                + HumanFormat.milliseconds(worst.baselineMs()) + " (z " + HumanFormat.number(worst.z())
                                + (worst.welch() == null ? "" : ", Welch's t " + HumanFormat.number(worst.welch()))
                                + ", " + HumanFormat.count(worst.calls(), "call") + " against "
                                + HumanFormat.count(worst.baselineIntervals(), "interval") + "), "
                                + HumanFormat.percent(share) + " of the time of all statements in addition")
                .threshold(
                        "from %s times the baseline, z from %s, and from %s of all time; degraded from %s of all time"
                                .formatted(
                                        HumanFormat.number(limits.of(Statements.REGRESSION_FACTOR)),
                                        HumanFormat.number(SIGNIFICANT),
                                        HumanFormat.percent(limits.of(Statements.REGRESSION_SHARE)),
                                        HumanFormat.percent(limits.of(Statements.REGRESSION_DEGRADED))))
                .evidence(found.stream()
                        .limit(EvidenceRow.MOST)
                        .map(StatementFindings::row)
                        .toList())
                .cause(worst.cause().explanation())
                .action(action(worst.cause()))
                .expectedEffect(
                        "At its baseline the worst takes %s instead of %s; all together %s of the time of all statements less."
                                .formatted(
                                        HumanFormat.milliseconds(worst.baselineMs()),
                                        HumanFormat.milliseconds(worst.meanMs()),
                                        HumanFormat.percent(share)))
                .sql("select * from pg_stat_statements where queryid = " + worst.queryid()));
    }

    private static String action(StatementRegression.Cause cause) {
        return switch (cause) {
            case MORE_ROWS ->
                "Check which parameters the application passes now, and whether a limit or a condition was lost in a release.";
            case SPILL -> "Raise work_mem for the role or the transaction, or add an index that returns rows in order.";
            case MORE_BLOCKS ->
                "Look at its plan with EXPLAIN (ANALYZE, BUFFERS) on a copy; look for an index that was dropped or became "
                        + "invalid, run ANALYZE on its tables, and look for bloat.";
            case CACHE_MISSES ->
                "Look for what displaces its blocks from shared buffers: a report, a bulk load, a restart; compare the size of "
                        + "its tables with shared_buffers.";
            case STORAGE -> "Look at the latency and the throughput of the storage, and at what else uses it.";
            case MORE_WAL -> "Look for new indexes on its tables, and for checkpoints that come too often.";
            case OTHER ->
                "Look at locks (the check blocking), at the CPU of the host, and at wait events while it runs.";
        };
    }

    private static Map<String, Object> row(StatementRegression one) {
        return EvidenceRow.of(
                "queryid", one.queryid(),
                "usename", one.usename(),
                "query", one.query(),
                "mean_ms", one.meanMs(),
                "baseline_ms", one.baselineMs(),
                "factor", one.factor(),
                "z", one.z(),
                "welch_t", one.welch(),
                "calls", one.calls(),
                "extra_ms", one.extraMs(),
                "cause", one.cause().label(),
                "rows_per_call_before", one.rowsPerCallBefore(),
                "rows_per_call", one.rowsPerCall(),
                "blocks_per_call_before", one.blocksPerCallBefore(),
                "blocks_per_call", one.blocksPerCall());
    }

    private static Finding advice(String key, String title, String observed) {
        return Finding.of(Statements.NAME, key, Status.HEALTHY, Severity.LOW, title, observed);
    }
}
