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

/** Findings on sessions that wait for locks: cause and action by the session at the root. Pure. */
final class BlockingFindings {

    /** PostgreSQL's state of a session with track_activities off. */
    private static final String UNTRACKED = "disabled";

    /** The kind of a root. */
    private enum Root {
        PREPARED,
        DEADLOCK,
        IDLE_IN_TRANSACTION,
        IDLE,
        AUTOVACUUM,
        STARTUP,
        SERVER,
        WORKING,
        UNTRACKED,
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
            return switch (node.state()) {
                case "idle in transaction", "idle in transaction (aborted)" -> IDLE_IN_TRANSACTION;
                case "idle" -> IDLE;
                case "active", "fastpath function call" -> WORKING;
                case String unknown -> UNTRACKED;
            };
        }
    }

    private BlockingFindings() {}

    /**
     * The finding, without its threshold.
     *
     * @param trees those that concern the target, worst first; the action is for the first
     */
    static Finding of(List<LockNode> trees, String observed, Status status, Severity severity) {
        if (trees.isEmpty()) {
            return finding(status, severity, "sessions wait for locks", observed)
                    .action("See which sessions wait, and for which locks.")
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

    /** Waits for advisory locks that block no other session: by design, or because the lock was never released. */
    static Finding advisory(List<LockNode> trees, String observed) {
        Finding finding = Finding.of(
                Blocking.NAME,
                "advisory",
                Status.HEALTHY,
                Severity.LOW,
                "sessions wait for advisory locks",
                observed + (trees.isEmpty() ? "" : behind(trees.getFirst())));
        if (trees.isEmpty()) {
            return finding.cause("The application uses advisory locks.").action("None if the wait is intended.");
        }
        LockNode root = trees.getFirst();
        Finding known = finding.evidence(trees.stream()
                .flatMap(LockNode::all)
                .limit(EvidenceRow.MOST)
                .map(BlockingFindings::row)
                .toList());
        if (Root.of(root) == Root.DEADLOCK) {
            return known.cause(cause(root))
                    .action(action(root))
                    .expectedEffect("Sessions that waited for each other go on.");
        }
        return known.cause(
                        "Another session holds the advisory lock. In leader elections and job queues that is intended; "
                                + "behind a pooler it may be an advisory lock of a session that was never released.")
                .action(
                        "None if the wait is intended: checks.blocking.exempt hides this finding. Otherwise have the holder "
                                + "release the lock or end its session, and take advisory locks per transaction.")
                .sql("select pid, usename, application_name, state, query from pg_stat_activity where pid = "
                        + root.pid());
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
                        + who(root)
                        + " uses the same relation: until the DDL gets its lock, every other access to the relation, "
                        + "including reads, queues behind it.")
                .action("Cancel the DDL, pid " + head.pid() + ": the other sessions continue at once. Then repeat it "
                        + "with lock_timeout set to a second or two, until it succeeds. Or remove what blocks it: "
                        + action(root))
                .sql("select pg_cancel_backend(" + head.pid() + ")");
    }

    /** On a standby, a session that reads a relation that replay has to lock delays replay. The server does not say which. */
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
                "A transaction was prepared for two-phase commit, and its coordinator has neither committed nor rolled "
                        + "it back. It keeps its locks without a session, also across restarts.";
            case DEADLOCK -> "The sessions wait for one another in a circle.";
            case IDLE_IN_TRANSACTION ->
                "The application at the root opened a transaction, took locks and then did something else: a call to "
                        + "another service, a lost connection, an error path without rollback.";
            case IDLE ->
                "The session at the root is idle and holds a session-level lock, which outlives its transaction: an "
                        + "advisory lock that was not released, as happens behind a pooler.";
            case AUTOVACUUM ->
                "Autovacuum is at the root. It is cancelled after deadlock_timeout, unless it prevents transaction ID "
                        + "wraparound: then it finishes first.";
            case STARTUP ->
                "Replay holds the lock on this standby, because a transaction on the primary does: DDL (ALTER, DROP, TRUNCATE, "
                        + "LOCK TABLE, …) that has not committed there, or whose end is not replayed yet.";
            case SERVER ->
                "The process at the root serves no client: it belongs to the server or to an extension (%s), and it holds a lock or a snapshot."
                        .formatted(root.backendType());
            case WORKING -> "The statement at the root takes long while its transaction holds the locks.";
            case UNTRACKED ->
                "What the session at the root does is not known, because track_activities is off for it: it may run a "
                        + "statement, or be idle in a transaction.";
            case GONE -> "The session at the root ended during the observation.";
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
                "Wait for it: if it is ended, it starts again. Raise autovacuum_vacuum_cost_limit if it takes "
                        + "too long.";
            case STARTUP ->
                "Look on the primary for the transaction that holds AccessExclusiveLock, and end it there: the statement shows "
                        + "it. Nothing can be ended on the standby. If there is none, replay is behind or paused: see "
                        + "pg_is_wal_replay_paused().";
            case SERVER ->
                "Look at what it does, and stop it where it is managed: a subscription, a slot's consumer, the extension. "
                        + "Cancelled, it would start again or leave its work half done.";
            case WORKING -> "Cancel the statement at the root if nobody needs its result; its transaction fails.";
            case UNTRACKED ->
                "Ask its owner what it does, or end the session: that works in either case, but whatever it is doing is "
                        + "rolled back. Cancelling has no effect on a session that is idle in a transaction. Turn "
                        + "track_activities on for its role to see its state.";
            case GONE -> "None: the next observation shows whether sessions still wait.";
        };
    }

    private static @Nullable String sql(LockNode root) {
        return switch (Root.of(root)) {
            case PREPARED -> "rollback prepared" + literal(root.gid());
            case DEADLOCK, GONE -> null;
            case IDLE_IN_TRANSACTION, IDLE, UNTRACKED -> "select pg_terminate_backend(" + root.pid() + ")";
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
        String does = switch (node.state()) {
            case "" -> node.backendType();
            case UNTRACKED -> "state unknown";
            case String state -> state + " for " + seconds(node.stateSeconds());
        };
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
                "transaction_seconds", node.state().equals(UNTRACKED) ? null : node.transactionSeconds(),
                "blocked_by", node.blockedBy().isEmpty() ? null : node.blockedBy(),
                "blocked", node.blocked(),
                "query", node.query());
    }
}
