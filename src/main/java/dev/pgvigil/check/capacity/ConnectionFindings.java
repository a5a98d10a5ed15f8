package dev.pgvigil.check.capacity;

import static dev.pgvigil.check.HumanFormat.count;
import static dev.pgvigil.check.HumanFormat.percent;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.PoolUsage;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.capacity.ConnectionUsage.Group;
import dev.pgvigil.target.Thresholds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Findings on connections near a limit: cause and action. Pure. */
record ConnectionFindings(ConnectionUsage usage, Thresholds limits) {

    /** A role or database with so low a limit usually uses all of it. */
    static final int SMALL_LIMIT = 3;

    private static final int HOLDERS = 3;

    /** From this share on, idle transactions, idle sessions or logins are reported as the cause. */
    private static final double SHARE_IN_TRANSACTION = 0.2;

    private static final double SHARE_IDLE = 0.5;

    private static final double SHARE_LOGGING_IN = 0.2;

    private static final String LOGGING_IN = """
            select l.pid, a.client_addr, a.backend_start, a.wait_event from pg_locks l left join pg_stat_activity a using (pid) \
            where l.locktype = 'virtualxid' and (a.pid is null or a.state = 'starting')""";

    private static final String OLDEST = """
            select pid, usename, application_name, client_addr, backend_start from pg_stat_activity \
            where backend_type = 'client backend' order by backend_start limit 20""";

    private static final String OLDEST_IDLE = """
            select pid, usename, application_name, state, state_change from pg_stat_activity \
            where backend_type = 'client backend' and state like 'idle%' order by state_change limit 20""";

    private static final String BUSY = """
            select pid, usename, application_name, wait_event_type, wait_event, query_start, query \
            from pg_stat_activity where backend_type = 'client backend' and state = 'active' \
            order by query_start limit 20""";

    Optional<Finding> server() {
        if (below(usage.utilization())) {
            return Optional.empty();
        }
        String observed =
                "%s of %s slots for ordinary roles are in use (%s): %s idle, %s idle in transaction, %s active"
                                .formatted(
                                        usage.checkedOut(),
                                        usage.poolSize(),
                                        percent(usage.utilization()),
                                        usage.in(SessionState.IDLE),
                                        usage.idleInTransaction(),
                                        usage.in(SessionState.ACTIVE))
                        + (loggingIn() == 0 ? "" : ", " + loggingIn() + " still logging in")
                        + (usage.unknown() == 0 ? "" : ", " + usage.unknown() + " in an unknown state");
        Finding finding = finding("saturation", "connections near the limit", usage.utilization(), observed)
                .threshold(threshold()
                        + " of max_connections %s less %s reserved"
                                .formatted(
                                        usage.maxConnections(),
                                        usage.overflowAnalysis().reserved()))
                .evidence(holders());
        return Optional.of(withCause(finding));
    }

    Optional<Finding> database(String name) {
        return usage.databases().stream()
                .filter(group -> name.equals(group.name()) && evaluated(group))
                .findFirst()
                .map(group -> finding(
                                "database-limit",
                                "connections near the database's limit",
                                group.utilization(),
                                "%s of the %s sessions that the database may have are open (%s), %s"
                                        .formatted(
                                                group.sessions(),
                                                group.limit(),
                                                percent(group.utilization()),
                                                idling(group)))
                        .threshold(threshold() + " of the database's connection limit")
                        .evidence(List.of(row("datname", group)))
                        .cause("The database has a connection limit of its own, and its applications nearly reach it.")
                        .action(
                                "Make their pools smaller or end idle sessions, or raise the limit with ALTER DATABASE … "
                                        + "CONNECTION LIMIT.")
                        .sql(OLDEST_IDLE));
    }

    /** Roles near their limit that have sessions in the database. */
    Optional<Finding> roles(String database) {
        List<Group> full = usage.roles().stream()
                .filter(group -> evaluated(group) && group.databases().contains(database))
                .sorted((a, b) -> Double.compare(b.utilization(), a.utilization()))
                .toList();
        return full.stream()
                .findFirst()
                .map(worst -> finding(
                                "role-limits",
                                "connections near a role's limit",
                                worst.utilization(),
                                "%s near the limit; role %s has %s of %s sessions open (%s), %s"
                                        .formatted(
                                                full.size() == 1 ? "1 role is" : full.size() + " roles are",
                                                worst.name(),
                                                worst.sessions(),
                                                worst.limit(),
                                                percent(worst.utilization()),
                                                idling(worst)))
                        .threshold(threshold() + " of the role's connection limit")
                        .evidence(full.stream()
                                .limit(EvidenceRow.MOST)
                                .map(group -> row("usename", group))
                                .toList())
                        .cause("The role has a connection limit of its own, and its applications nearly reach it.")
                        .action(
                                "Make their pools smaller or end idle sessions, or raise the limit with ALTER ROLE … CONNECTION "
                                        + "LIMIT.")
                        .sql(OLDEST_IDLE));
    }

    private Finding withCause(Finding finding) {
        String biggest = usage.applications().stream()
                .filter(group -> group.name() != null)
                .findFirst()
                .map(group -> " Most are held by application '%s': %s, %s."
                        .formatted(group.name(), count(group.sessions(), "session"), idling(group)))
                .orElse("");
        if (loggingIn() >= SHARE_LOGGING_IN * usage.checkedOut()) {
            return finding.cause(
                            loggingIn() + " connections have not finished logging in: their clients do not answer the "
                                    + "server's request for authentication, as port scanners, health checks by TCP and hanging "
                                    + "clients do; or the server waits for its LDAP, RADIUS or PAM service, or for a lock on its "
                                    + "catalogues. Each holds a slot for up to authentication_timeout.")
                    .action(
                            "Find the clients, in pg_stat_activity or by their addresses in the server's log with "
                                    + "log_connections, and stop them or block them in the firewall; lower authentication_timeout.")
                    .sql(LOGGING_IN);
        }
        if (usage.idleInTransaction() >= SHARE_IN_TRANSACTION * usage.checkedOut()) {
            return finding.cause("Transactions are left open: " + usage.idleInTransaction()
                            + " sessions are idle in one, and a pooler cannot reuse their connections." + biggest)
                    .action("End the oldest of them with pg_terminate_backend(pid), have the application close its "
                            + "transactions, and set idle_in_transaction_session_timeout.")
                    .sql(OLDEST_IDLE);
        }
        if (usage.in(SessionState.IDLE) >= SHARE_IDLE * usage.checkedOut()) {
            return finding.cause("The applications' pools together hold more connections than they use." + biggest)
                    .action("Make the pools smaller, or put a transaction pooler in front. To make room now, end idle "
                            + "sessions with pg_terminate_backend(pid).")
                    .sql(OLDEST_IDLE);
        }
        if (usage.unknown() > usage.in(SessionState.ACTIVE)) {
            return finding.cause(
                            "What " + usage.unknown() + " of the sessions do is not known: track_activities is off for "
                                    + "them, or pg_monitor is not granted to pgvigil's role." + biggest)
                    .action(
                            "Turn track_activities on and grant pg_monitor, to see which sessions are idle. To make room "
                                    + "now, end sessions that their owners do not need with pg_terminate_backend(pid).")
                    .sql(OLDEST);
        }
        return finding.cause(
                        "Many sessions are active at the same time: the load is higher than usual, or statements have "
                                + "become slow or wait for locks (see the checks long-work and blocking)." + biggest)
                .action("Check what they run or wait for; a pooler that queues lets the server finish a peak faster.")
                .sql(BUSY);
    }

    private int loggingIn() {
        return usage.in(SessionState.STARTING);
    }

    private Finding finding(String key, String title, double ratio, String observed) {
        if (ratio >= limits.of(PoolUsage.UNHEALTHY)) {
            return Finding.of(Connections.NAME, key, Status.UNHEALTHY, Severity.CRITICAL, title, observed);
        }
        Severity severity = ratio >= limits.of(Connections.HIGH) ? Severity.HIGH : Severity.MEDIUM;
        return Finding.of(Connections.NAME, key, Status.DEGRADED, severity, title, observed);
    }

    private boolean evaluated(Group group) {
        return group.limit() != null && group.limit() >= SMALL_LIMIT && !below(group.utilization());
    }

    private boolean below(double ratio) {
        return ratio < limits.of(PoolUsage.DEGRADED)
                && ratio < limits.of(Connections.HIGH)
                && ratio < limits.of(PoolUsage.UNHEALTHY);
    }

    private String threshold() {
        return "degraded from %s, high from %s, at capacity from %s"
                .formatted(
                        percent(limits.of(PoolUsage.DEGRADED)),
                        percent(limits.of(Connections.HIGH)),
                        percent(limits.of(PoolUsage.UNHEALTHY)));
    }

    private List<Map<String, Object>> holders() {
        List<Map<String, Object>> rows = new ArrayList<>();
        usage.applications().stream().limit(HOLDERS).forEach(group -> rows.add(row("application_name", group)));
        usage.roles().stream().limit(HOLDERS).forEach(group -> rows.add(row("usename", group)));
        usage.databases().stream().limit(HOLDERS).forEach(group -> rows.add(row("datname", group)));
        return rows;
    }

    private static Map<String, Object> row(String kind, Group group) {
        return EvidenceRow.of(
                kind,
                group.name() == null ? "(others)" : group.name(),
                "sessions",
                group.sessions(),
                "active",
                group.in(SessionState.ACTIVE),
                "idle",
                group.in(SessionState.IDLE),
                "idle_in_transaction",
                group.idleInTransaction(),
                "limit",
                group.limit());
    }

    private static String idling(Group group) {
        return "%s idle and %s idle in transaction".formatted(group.in(SessionState.IDLE), group.idleInTransaction());
    }
}
