package dev.pgvigil.check.activity;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.activity.LongWork.Item;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Threshold;
import dev.pgvigil.target.Thresholds;
import java.util.List;
import java.util.Optional;

/** Findings on long work. Numbers are marked if not all sessions were read. Pure. */
record LongWorkFindings(Thresholds limits) {

    Optional<Finding> queries(List<Item> items, boolean all) {
        return items.stream()
                .findFirst()
                .map(worst -> finding(
                                "queries",
                                "long-running queries",
                                "running statement",
                                severity(worst, LongWork.QUERY_HIGH),
                                items,
                                all)
                        .threshold(threshold(LongWork.QUERY, LongWork.QUERY_HIGH))
                        .cause(
                                "The statement is heavy or badly planned, or an index is missing, or it waits: for a lock (see the "
                                        + "check blocking), or for a client that does not fetch its rows."
                                        + horizon(items))
                        .action("Check the statement of pid " + worst.pid()
                                + "; cancel it if its result is not needed. Limit "
                                + "such statements with statement_timeout for their role.")
                        .sql("select pg_cancel_backend(" + worst.pid() + ")"));
    }

    Optional<Finding> idle(List<Item> items, boolean all) {
        return items.stream()
                .findFirst()
                .map(worst -> finding(
                                "idle-in-transaction",
                                "transactions left open",
                                "idle-in-transaction session",
                                severity(worst, LongWork.IDLE_HIGH),
                                items,
                                all)
                        .threshold(threshold(LongWork.IDLE, LongWork.IDLE_HIGH))
                        .cause("The application opened a transaction and did not end it. "
                                + "Until then its locks are held, and vacuum cannot remove rows that it may still see."
                                + horizon(items))
                        .action("Have the application commit or roll back in time; end the session of pid "
                                + worst.pid()
                                + " if it does not. Set idle_in_transaction_session_timeout for its role.")
                        .sql("select pg_terminate_backend(" + worst.pid() + ")"));
    }

    Optional<Finding> prepared(List<Item> items, boolean all) {
        return items.stream()
                .findFirst()
                .map(worst -> finding(
                                "prepared",
                                "prepared transactions left behind",
                                "prepared transaction",
                                Severity.MEDIUM,
                                items,
                                all)
                        .threshold("over " + HumanFormat.seconds(limits.of(LongWork.PREPARED)))
                        .cause(
                                "The coordinator of the two-phase commit did not finish it. Its locks are held, also across "
                                        + "restarts, and vacuum cannot remove rows that it may still see."
                                        + horizon(items))
                        .action(
                                "Ask the coordinator how the transaction is to end, then run COMMIT PREPARED or ROLLBACK "
                                        + "PREPARED in this database, as its owner or a superuser.")
                        .sql("rollback prepared "
                                + Sql.literal(String.valueOf(worst.gid())).strip()));
    }

    /** Activity that is not recorded may be long. */
    Optional<Finding> untracked(List<Item> items) {
        return items.stream()
                .findFirst()
                .map(first -> Finding.of(
                                LongWork.NAME,
                                "untracked",
                                Status.HEALTHY,
                                Severity.LOW,
                                "sessions whose work is not recorded",
                                "track_activities is off for " + HumanFormat.count(items.size(), "session") + " ("
                                        + who(first) + (items.size() == 1 ? ")" : " and others)"))
                        .evidence(items.stream()
                                .limit(EvidenceRow.MOST)
                                .map(item -> EvidenceRow.of(
                                        "pid", item.pid(),
                                        "datname", item.datname(),
                                        "usename", item.usename(),
                                        "application_name", item.applicationName(),
                                        "xmin_age", item.xminAge()))
                                .toList())
                        .cause(
                                "track_activities was turned off for the role, the database or the session. Whether such a "
                                        + "session runs a statement or is idle in a transaction, and for how long, is not known."
                                        + horizon(items))
                        .action("Turn track_activities on; it applies to new sessions.")
                        .expectedEffect("Long statements and idle transactions of these sessions are seen.")
                        .sql("select setdatabase, setrole::regrole, setconfig from pg_db_role_setting "
                                + "where setconfig::text like '%track_activities%'"));
    }

    private static Finding finding(
            String key, String title, String noun, Severity severity, List<Item> items, boolean all) {
        Item worst = items.getFirst();
        String observed = (all ? "" : "at least ") + HumanFormat.count(items.size(), noun) + ", the oldest for "
                + HumanFormat.seconds(worst.seconds()) + " (" + who(worst) + ")";
        return Finding.of(LongWork.NAME, key, Status.DEGRADED, severity, title, observed)
                .evidence(items.stream().limit(EvidenceRow.MOST).map(Item::row).toList());
    }

    private Severity severity(Item worst, Threshold high) {
        return worst.seconds() >= limits.of(high) ? Severity.HIGH : Severity.MEDIUM;
    }

    private String threshold(Threshold limit, Threshold high) {
        return "over " + HumanFormat.seconds(limits.of(limit)) + ", high from " + HumanFormat.seconds(limits.of(high));
    }

    private static String who(Item item) {
        return item.pid() == null
                ? "gid %s, owner %s".formatted(item.gid(), item.usename())
                : "pid " + item.pid() + HumanFormat.client(item.usename(), item.applicationName());
    }

    private static String horizon(List<Item> items) {
        long oldest = items.stream().mapToLong(Item::xminAge).max().orElse(0);
        return oldest < LongWork.OLD_HORIZON
                ? ""
                : " Since " + oldest + " transactions it has prevented vacuum from removing dead rows.";
    }
}
