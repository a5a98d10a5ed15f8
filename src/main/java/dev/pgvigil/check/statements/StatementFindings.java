package dev.pgvigil.check.statements;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.target.Target;
import java.util.Optional;

/** Findings on how statements are counted. Pure. */
record StatementFindings(StatementStatistics now, Target target) {

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
                .sql("alter system set pg_stat_statements.max = "
                        + Math.max(now.maxEntries(), Math.min(10_000, 2 * now.maxEntries()))));
    }

    private static Finding advice(String key, String title, String observed) {
        return Finding.of(Statements.NAME, key, Status.HEALTHY, Severity.LOW, title, observed);
    }
}
