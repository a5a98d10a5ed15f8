package dev.pgvigil.check.activity;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.activity.Conflicts.Database;
import dev.pgvigil.check.activity.Conflicts.Kind;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Threshold;
import dev.pgvigil.target.Thresholds;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Findings on deadlocks and recovery conflicts: cause and action. Pure.
 *
 * @param elapsed since the previous reading of the counters
 */
record ConflictFindings(Thresholds limits, Duration elapsed) {

    Optional<Finding> deadlocks(Database lately) {
        return finding(
                        "deadlocks",
                        "deadlocks",
                        HumanFormat.count(lately.deadlocks(), "deadlock"),
                        lately.deadlocks(),
                        Conflicts.DEADLOCKS,
                        Conflicts.DEADLOCKS_DEGRADED)
                .map(finding -> finding.evidence(
                                List.of(EvidenceRow.of("datname", lately.datname(), "deadlocks", lately.deadlocks())))
                        .cause(
                                "Transactions of the application take the same locks in different orders. For each deadlock "
                                        + "the server cancelled one of them with SQLSTATE 40P01.")
                        .action(
                                "The server's log has both statements of each. Have the application take its locks in one "
                                        + "order (update rows ordered by key), keep transactions short, and retry transactions "
                                        + "that fail with 40P01.")
                        .expectedEffect("Fewer transactions fail with 40P01 and are repeated.")
                        .sql("select deadlocks, stats_reset from pg_stat_database where datname = "
                                + Sql.literal(lately.datname()).strip()));
    }

    Optional<Finding> cancelled(Database lately) {
        Kind worst = Arrays.stream(Kind.values())
                .max(Comparator.comparingLong(lately::of))
                .orElseThrow();
        return finding(
                        "recovery",
                        "recovery conflicts",
                        HumanFormat.count(lately.allCancelled(), "statement") + " cancelled by replay, most for "
                                + worst.label(),
                        lately.allCancelled(),
                        Conflicts.CANCELLED,
                        Conflicts.CANCELLED_DEGRADED)
                .map(finding -> finding.evidence(rows(lately))
                        .cause(cause(worst))
                        .action(action(worst))
                        .expectedEffect("Fewer statements are cancelled and repeated.")
                        .sql("select * from pg_stat_database_conflicts where datname = "
                                + Sql.literal(lately.datname()).strip()));
    }

    /**
     * Any number above the threshold is advice; many per minute make the target degraded. An interval under a minute counts as
     * a minute.
     */
    private Optional<Finding> finding(
            String key, String title, String what, long number, Threshold from, Threshold degraded) {
        double perMinute = (double) number / Math.max(1.0, Math.rint(elapsed.toMillis() / 60_000.0));
        boolean much = perMinute >= limits.of(degraded);
        if (number == 0 || (number < limits.of(from) && !much)) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                        Conflicts.NAME,
                        key,
                        much ? Status.DEGRADED : Status.HEALTHY,
                        much ? Severity.MEDIUM : Severity.LOW,
                        title,
                        what + ", in the last " + HumanFormat.seconds(elapsed.toMillis() / 1000.0))
                .threshold("from %s, degraded from %s a minute"
                        .formatted(HumanFormat.number(limits.of(from)), HumanFormat.number(limits.of(degraded)))));
    }

    private static List<Map<String, Object>> rows(Database lately) {
        return Arrays.stream(Kind.values())
                .filter(kind -> lately.of(kind) > 0)
                .map(kind -> EvidenceRow.of("kind", kind.label(), "cancelled", lately.of(kind)))
                .toList();
    }

    private static String cause(Kind worst) {
        return switch (worst) {
            case TABLESPACE ->
                "A tablespace was dropped on the primary while statements here kept temporary files in it.";
            case LOCK ->
                "The primary took AccessExclusiveLock (ALTER, DROP, TRUNCATE, a vacuum that truncates) on a table that "
                        + "statements here were reading.";
            case SNAPSHOT -> "Vacuum on the primary removed rows that statements here could still see.";
            case BUFFERPIN -> "Vacuum on the primary cleaned a page that a statement here was holding.";
            case DEADLOCK -> "Statements here and replay waited for each other.";
            case ACTIVE_LOGICALSLOT ->
                "A logical slot on this standby needs rows that the primary removed, or wal_level on the primary was lowered.";
        };
    }

    private static String action(Kind worst) {
        return switch (worst) {
            case TABLESPACE -> "Set temp_tablespaces here to a tablespace that is not dropped.";
            case LOCK ->
                "Run DDL when there are few readers here; turn vacuum_truncate off for tables with long reads; "
                        + "or raise max_standby_streaming_delay, at the cost of lag.";
            case SNAPSHOT ->
                "Set hot_standby_feedback = on here, at the cost of bloat on the primary, or let replay wait longer with "
                        + "max_standby_streaming_delay, at the cost of lag; and make the statements shorter.";
            case BUFFERPIN, DEADLOCK ->
                "Retry transactions that fail with 40001 or 40P01; raise max_standby_streaming_delay.";
            case ACTIVE_LOGICALSLOT ->
                "Set hot_standby_feedback = on here and use a physical slot for replication, and keep wal_level = logical on "
                        + "the primary; then recreate the slot.";
        };
    }
}
