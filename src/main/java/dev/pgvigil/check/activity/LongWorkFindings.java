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

/**
 * What lies behind work that goes on too long, and what to do. Of nothing it makes nothing. Of a sample it
 * says so. Pure.
 */
record LongWorkFindings(Thresholds limits) {

    /** From this age in transactions on, what a session may still see keeps a good deal from being vacuumed. */
    private static final long OLD_HORIZON = 1_000_000;

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
                                "A heavy or badly planned statement, a missing index, or one that waits: for a lock (see the "
                                        + "check blocking), or for a client that does not take its rows."
                                        + horizon(items))
                        .action("Look at the statement of pid " + worst.pid()
                                + "; cancel it if nobody needs its result. Bound "
                                + "such statements with statement_timeout for their role.")
                        .sql("select pg_cancel_backend(" + worst.pid() + ")"));
    }

    Optional<Finding> idle(List<Item> items, boolean all) {
        return items.stream()
                .findFirst()
                .map(worst -> finding(
                                "idle-in-transaction",
                                "transactions left open",
                                "open transaction without work",
                                severity(worst, LongWork.IDLE_HIGH),
                                items,
                                all)
                        .threshold(threshold(LongWork.IDLE, LongWork.IDLE_HIGH))
                        .cause(
                                "The application opened a transaction and does something else, or lost its way out of it. "
                                        + "Meanwhile its locks stay, and vacuum keeps what it may still see."
                                        + horizon(items))
                        .action("Have the application commit or roll back in time; end the session of pid "
                                + worst.pid()
                                + " if it does not come back. Set idle_in_transaction_session_timeout for its role.")
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
                                "Whoever coordinates the two-phase commit did not finish it. Its locks stay, also across "
                                        + "restarts, and vacuum keeps what it may still see." + horizon(items))
                        .action(
                                "Ask the coordinator how the transaction is to end, then run COMMIT PREPARED or ROLLBACK "
                                        + "PREPARED in this database, as its owner or a superuser.")
                        .sql("rollback prepared "
                                + Sql.literal(String.valueOf(worst.gid())).strip()));
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
        return oldest < OLD_HORIZON
                ? ""
                : " Since " + oldest + " transactions it has kept vacuum from removing what became obsolete.";
    }
}
