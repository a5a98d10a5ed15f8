package dev.pgvigil.check.pooler;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.pooler.Pooler.Database;
import dev.pgvigil.check.pooler.Pooler.Pool;
import dev.pgvigil.check.pooler.Pooler.State;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Thresholds;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Findings on a connection pooler: cause and action. Pure. */
record PoolerFindings(Thresholds limits) {

    List<Finding> all(State now) {
        return Stream.of(unreachable(now), paused(now), waiting(now), average(now))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Finding> unreachable(State now) {
        return Optional.ofNullable(now.unreachable())
                .map(message -> Finding.of(
                                Pooler.NAME,
                                "unreachable",
                                Status.UNHEALTHY,
                                Severity.CRITICAL,
                                "the pooler does not answer",
                                message)
                        .threshold("in 2 of 3 results")
                        .cause(
                                "PgBouncer is down, hangs, or is not reachable from here. Applications that connect through it have "
                                        + "no database, although the server answers.")
                        .action("Start PgBouncer, or correct pooler.url of the target."));
    }

    private static Optional<Finding> paused(State now) {
        List<Database> closed = now.databases().stream()
                .filter(database -> database.paused() || database.disabled())
                .toList();
        return closed.stream()
                .findFirst()
                .map(database -> Finding.of(
                                Pooler.NAME,
                                "paused",
                                Status.DEGRADED,
                                Severity.HIGH,
                                "the pooler lets no queries through",
                                "database %s is %s%s"
                                        .formatted(
                                                database.database(),
                                                database.paused() ? "paused" : "disabled",
                                                closed.size() == 1 ? "" : "; " + (closed.size() - 1) + " more"))
                        .threshold("in 2 of 3 results")
                        .evidence(closed.stream()
                                .limit(EvidenceRow.MOST)
                                .map(one -> EvidenceRow.of(
                                        "pool", one.database(), "paused", one.paused(), "disabled", one.disabled()))
                                .toList())
                        .cause(
                                "Somebody gave the command PAUSE or DISABLE on PgBouncer's console, as for a maintenance or a failover. "
                                        + "Clients of a paused database wait, those of a disabled one are refused.")
                        .action("Resume or enable it on PgBouncer's console.")
                        .sql((database.paused() ? "RESUME " : "ENABLE ") + Sql.identifier(database.database())));
    }

    private Optional<Finding> waiting(State now) {
        List<Pool> waiting = now.pools().stream()
                .filter(pool -> pool.clientsWaiting() > 0)
                .filter(pool -> pool.maxWaitSeconds() >= limits.of(Pooler.WAIT))
                .filter(pool -> now.databases().stream()
                        .noneMatch(database -> database.database().equals(pool.database()) && database.paused()))
                .toList();
        return waiting.stream()
                .max(Comparator.comparingDouble(Pool::maxWaitSeconds))
                .map(pool -> {
                    boolean unhealthy = pool.maxWaitSeconds() >= limits.of(Pooler.WAIT_UNHEALTHY);
                    return Finding.of(
                                    Pooler.NAME,
                                    "waiting",
                                    unhealthy ? Status.UNHEALTHY : Status.DEGRADED,
                                    unhealthy ? Severity.CRITICAL : Severity.HIGH,
                                    "clients of the pooler wait",
                                    "%s of %s, the first for %s%s"
                                            .formatted(
                                                    pool.clientsWaiting() == 1
                                                            ? "1 client waits"
                                                            : pool.clientsWaiting() + " clients wait",
                                                    pool.label(),
                                                    HumanFormat.seconds(pool.maxWaitSeconds()),
                                                    waiting.size() == 1
                                                            ? ""
                                                            : "; " + (waiting.size() - 1) + " more pools"))
                            .threshold("degraded from %s, unhealthy from %s"
                                    .formatted(
                                            HumanFormat.seconds(limits.of(Pooler.WAIT)),
                                            HumanFormat.seconds(limits.of(Pooler.WAIT_UNHEALTHY))))
                            .evidence(rows(waiting))
                            .cause(cause(pool))
                            .action(
                                    "Look for long transactions and lock waits of this user first: they hold the connections. Raise pool_size "
                                            + "only if the server has free cores and connections.")
                            .sql("SHOW POOLS");
                });
    }

    private static String cause(Pool pool) {
        if (pool.serversActive() == 0) {
            return "No server connection of the pool is open"
                    + (pool.serversLogin() > 0 ? ", one is being opened" : "")
                    + ": the server refuses or does not answer PgBouncer, or a limit of connections is reached.";
        }
        return "All server connections of the pool are in use (%d): transactions are slow, wait for locks or stay open, or the pool is too small."
                .formatted(pool.serversActive());
    }

    private Optional<Finding> average(State now) {
        return now.databases().stream()
                .max(Comparator.comparingDouble(Database::averageWaitSeconds))
                .filter(database -> database.averageWaitSeconds() >= limits.of(Pooler.AVERAGE))
                .map(database -> Finding.of(
                                Pooler.NAME,
                                "average-wait",
                                Status.DEGRADED,
                                Severity.MEDIUM,
                                "clients of the pooler wait often",
                                "clients of %s waited %s on average"
                                        .formatted(
                                                database.database(),
                                                HumanFormat.seconds(database.averageWaitSeconds())))
                        .threshold("degraded from " + HumanFormat.seconds(limits.of(Pooler.AVERAGE)))
                        .cause(
                                "There are more transactions at a time than server connections, in PgBouncer's last period of "
                                        + "statistics (stats_period, 60 s).")
                        .action("Make transactions shorter, or raise pool_size of " + database.database() + " (now "
                                + database.poolSize() + ") if the server has free cores and connections.")
                        .sql("SHOW STATS"));
    }

    private static List<Map<String, Object>> rows(List<Pool> pools) {
        return pools.stream()
                .limit(EvidenceRow.MOST)
                .map(pool -> EvidenceRow.of(
                        "pool",
                        pool.database(),
                        "pool_user",
                        pool.user(),
                        "clients_waiting",
                        pool.clientsWaiting(),
                        "longest_wait_seconds",
                        pool.maxWaitSeconds(),
                        "servers_active",
                        pool.serversActive(),
                        "servers_idle",
                        pool.serversIdle()))
                .toList();
    }
}
