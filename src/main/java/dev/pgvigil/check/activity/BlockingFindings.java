package dev.pgvigil.check.activity;

import static dev.pgvigil.check.HumanFormat.count;
import static dev.pgvigil.check.HumanFormat.seconds;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Sql;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What probably lies behind sessions that wait for locks, and what to do, by what is at the root. Pure. */
final class BlockingFindings {

    /** What is at a root. */
    private enum Root {
        PREPARED,
        DEADLOCK,
        IDLE_IN_TRANSACTION,
        IDLE,
        AUTOVACUUM,
        STARTUP,
        SERVER,
        WORKING,
        GONE;

        static Root of(LockNode node) {
            if (node.pid() == 0) {
                return PREPARED;
            }
            if (node.backendType().equals("startup")) {
                return STARTUP;
            }
            if (node.waitingSeconds() != null) {
                return DEADLOCK;
            }
            return switch (node.backendType()) {
                case "" -> GONE;
                case "client backend", "parallel worker" -> client(node);
                case "autovacuum worker" -> AUTOVACUUM;
                case String other -> SERVER;
            };
        }

        private static Root client(LockNode node) {
            if (node.state().startsWith("idle in transaction")) {
                return IDLE_IN_TRANSACTION;
            }
            return node.state().equals("idle") ? IDLE : WORKING;
        }
    }

    private BlockingFindings() {}

    /**
     * The finding, without its threshold.
     *
     * @param trees those that concern the target, worst first; the advice is for the first
     */
    static Finding of(List<LockNode> trees, String observed, Status status, Severity severity) {
        if (trees.isEmpty()) {
            return finding(status, severity, "sessions wait for locks", observed)
                    .action("Look at the sessions that wait, and at what they wait for.")
                    .sql(
                            "select pid, pg_blocking_pids(pid), query from pg_stat_activity where wait_event_type = 'Lock'");
        }
        LockNode root = trees.getFirst();
        String all = observed + behind(root) + (trees.size() == 1 ? "" : " (" + others(trees.size() - 1) + ")");
        List<Map<String, Object>> evidence = trees.stream()
                .flatMap(LockNode::all)
                .limit(EvidenceRow.MOST)
                .map(BlockingFindings::row)
                .toList();
        return root.all()
                .filter(LockNode::headOfQueue)
                .findFirst()
                .map(head -> head.backendType().equals("startup")
                        ? replay(head, all, status, severity)
                        : queue(root, head, all, status, severity))
                .orElseGet(() -> plain(root, all, status, severity))
                .evidence(evidence);
    }

    private static Finding plain(LockNode root, String observed, Status status, Severity severity) {
        Finding finding = finding(status, severity, "sessions wait for locks", observed)
                .cause(cause(root))
                .action(action(root));
        String sql = sql(root);
        return sql == null ? finding : finding.sql(sql);
    }

    /** Even readers queue behind a lock on the whole table that itself still waits. */
    private static Finding queue(LockNode root, LockNode head, String observed, Status status, Severity severity) {
        String queued = "pid %s waits for AccessExclusiveLock on %s, and %s behind it"
                .formatted(head.pid(), relation(head), head.behind() == 1 ? "1 queues" : head.behind() + " queue");
        return finding(status, severity, "lock queue behind a waiting AccessExclusiveLock", observed + "; " + queued)
                .cause("DDL (ALTER, DROP, TRUNCATE, VACUUM FULL, …) was started without a short lock_timeout while "
                        + who(root) + " uses the same relation: until the DDL gets its lock, every other access "
                        + "to the relation queues up behind it, reading included.")
                .action("Cancel the DDL, pid " + head.pid() + ": the queue goes on at once. Then repeat it with "
                        + "lock_timeout set to a second or two, until it succeeds. Or end what is in its way: "
                        + action(root))
                .sql("select pg_cancel_backend(" + head.pid() + ")");
    }

    /** On a standby, whoever reads what replay is to lock holds up replay, and all others behind it. Who, the server hides. */
    private static Finding replay(LockNode head, String observed, Status status, Severity severity) {
        String queued = "replay waits for AccessExclusiveLock on " + relation(head);
        return finding(status, severity, "sessions wait for locks", observed + "; " + queued)
                .cause(
                        "The primary locked the relation (ALTER, DROP, TRUNCATE, a vacuum that shortens it, …), and replay "
                                + "waits for who still uses it here, until max_standby_streaming_delay has passed. Meanwhile the "
                                + "standby falls behind, and every other access to the relation queues up.")
                .action(
                        "Wait: replay cancels what is in its way after max_standby_streaming_delay. Or end it now; who it is:")
                .sql(
                        "select a.pid, a.usename, a.application_name, a.state, a.query from pg_locks l join pg_stat_activity a "
                                + "using (pid) where l.granted and l.relation = " + head.relationOid());
    }

    private static Finding finding(Status status, Severity severity, String title, String observed) {
        return Finding.of(Blocking.NAME, "waiting", status, severity, title, observed);
    }

    private static String cause(LockNode root) {
        return switch (Root.of(root)) {
            case PREPARED ->
                "A transaction was prepared for two-phase commit, and whoever coordinates it has neither committed "
                        + "nor rolled it back. It keeps its locks without a session, also across restarts.";
            case DEADLOCK -> "The sessions wait for one another in a circle.";
            case IDLE_IN_TRANSACTION ->
                "The application at the root opened a transaction, took locks and then did something else: a call to "
                        + "another service, a lost connection, an error path without rollback.";
            case IDLE ->
                "The session at the root works on nothing and holds a lock of the session, which outlives its "
                        + "transaction: an advisory lock that was not released, as happens behind a pooler.";
            case AUTOVACUUM ->
                "Autovacuum at the root gives way to others after deadlock_timeout, unless it vacuums against "
                        + "wraparound: then it finishes first.";
            case STARTUP ->
                "Replay holds the lock on this standby, because a transaction on the primary does: DDL (ALTER, DROP, TRUNCATE, "
                        + "LOCK TABLE, …) that has not committed there, or whose end is not replayed yet.";
            case SERVER ->
                "What is at the root serves no client: it is a process of the server or of an extension (%s), and it holds a lock or a snapshot."
                        .formatted(root.backendType());
            case WORKING -> "The statement at the root takes long while its transaction holds the locks.";
            case GONE -> "What was at the root ended while pgvigil looked.";
        };
    }

    private static String action(LockNode root) {
        return switch (Root.of(root)) {
            case PREPARED ->
                "Find out from its coordinator whether it is to be committed, then run COMMIT PREPARED or ROLLBACK "
                        + "PREPARED in database " + root.datname() + ", as its owner or a superuser.";
            case DEADLOCK ->
                "Wait: the server ends one of them after deadlock_timeout. If it comes again, have the application "
                        + "take its locks in one order.";
            case IDLE_IN_TRANSACTION ->
                "End the session at the root: its transaction rolls back. It runs no statement that could be "
                        + "cancelled. Set idle_in_transaction_session_timeout for the application's role.";
            case IDLE -> "End the session at the root; have the application take advisory locks per transaction.";
            case AUTOVACUUM ->
                "Wait for it: ended, it starts again. Raise autovacuum_vacuum_cost_limit if it takes too long.";
            case STARTUP ->
                "Look on the primary for the transaction that holds AccessExclusiveLock, and end it there: the statement shows "
                        + "it. Nothing can be ended on the standby. If there is none, replay is behind or paused: see "
                        + "pg_is_wal_replay_paused().";
            case SERVER ->
                "Look at what it does, and stop it where it is managed: a subscription, a slot's consumer, the extension. "
                        + "Cancelled, it would start again or leave its work half done.";
            case WORKING -> "Cancel the statement at the root, if it is not worth the wait; its transaction fails.";
            case GONE -> "Nothing: the next look shows whether the queue has gone on.";
        };
    }

    private static @Nullable String sql(LockNode root) {
        return switch (Root.of(root)) {
            case PREPARED -> "rollback prepared" + literal(root.gid());
            case DEADLOCK, GONE -> null;
            case IDLE_IN_TRANSACTION, IDLE -> "select pg_terminate_backend(" + root.pid() + ")";
            case AUTOVACUUM -> "select * from pg_stat_progress_vacuum where pid = " + root.pid();
            case STARTUP ->
                "select a.pid, a.usename, a.state, a.xact_start, l.relation::regclass, a.query from pg_locks l join "
                        + "pg_stat_activity a using (pid) where l.mode = 'AccessExclusiveLock' and l.granted";
            case SERVER -> "select * from pg_stat_activity where pid = " + root.pid();
            case WORKING -> "select pg_cancel_backend(" + root.pid() + ")";
        };
    }

    private static String literal(@Nullable String gid) {
        return gid == null ? " '<gid>'" : " " + Sql.literal(gid).strip();
    }

    private static String behind(LockNode root) {
        return root.blocked() == 0 ? "" : ", behind " + who(root);
    }

    private static String others(int trees) {
        return count(trees, "further root");
    }

    static String who(LockNode node) {
        if (node.pid() == 0) {
            return "a prepared transaction (gid %s, owner %s, %s old)"
                    .formatted(node.gid(), node.usename(), seconds(node.transactionSeconds()));
        }
        String client = HumanFormat.client(node.usename(), node.applicationName());
        String does =
                node.state().isEmpty() ? node.backendType() : node.state() + " for " + seconds(node.stateSeconds());
        String known = client + (does.isEmpty() ? "" : ", " + does);
        return "pid " + node.pid() + (known.isEmpty() ? "" : " (" + known.substring(2) + ")");
    }

    private static String relation(LockNode node) {
        return node.relation() != null
                ? node.relation()
                : "the relation with oid %s of database %s".formatted(node.relationOid(), node.datname());
    }

    private static Map<String, Object> row(LockNode node) {
        return EvidenceRow.of(
                "pid", node.pid(),
                "gid", node.gid(),
                "datname", node.datname(),
                "usename", node.usename(),
                "application_name", node.applicationName(),
                "state", node.state(),
                "mode", node.mode(),
                "relation", node.relationOid() == null ? null : relation(node),
                "waiting_seconds", node.waitingSeconds(),
                "transaction_seconds", node.transactionSeconds(),
                "blocked_by", node.blockedBy().isEmpty() ? null : node.blockedBy(),
                "blocked", node.blocked(),
                "query", node.query());
    }
}
