package dev.pgvigil.check.replication;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.replication.Subscriptions.Listing;
import dev.pgvigil.check.replication.Subscriptions.Subscription;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Thresholds;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Findings on subscriptions: cause and action. Pure. */
record SubscriptionFindings(Thresholds limits) {

    List<Finding> all(Listing now) {
        return Stream.of(disabled(now), errors(now), stopped(now), stalled(now), copying(now))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Finding> disabled(Listing now) {
        List<Subscription> disabled = matching(now, subscription -> !subscription.enabled());
        return disabled.stream()
                .max((one, other) -> Integer.compare(rank(one), rank(other)))
                .map(subscription -> {
                    boolean failed = rank(subscription) == 2;
                    boolean kept = subscription.slotName() != null;
                    return Finding.of(
                                    Subscriptions.NAME,
                                    "disabled",
                                    kept ? Status.DEGRADED : Status.HEALTHY,
                                    failed ? Severity.HIGH : kept ? Severity.MEDIUM : Severity.LOW,
                                    "a subscription is disabled",
                                    "subscription " + subscription.subname()
                                            + (failed ? " is disabled, after an error" : " is disabled")
                                            + more(disabled))
                            .threshold("at once")
                            .evidence(rows(disabled))
                            .cause(
                                    failed
                                            ? "disable_on_error is set, and applying a change failed, such as by a conflict with a row "
                                                    + "that is here already. The publisher keeps WAL for its slot."
                                            : kept
                                                    ? "Somebody disabled it. Its data is no longer current, and the publisher keeps WAL "
                                                            + "for its slot."
                                                    : "Somebody disabled it and left its slot. Its data is no longer current.")
                            .action(
                                    failed
                                            ? "The server's log has the error. Repair the row or the table, or skip the transaction, then "
                                                    + "enable the subscription."
                                            : "Enable it, or drop it if nobody needs it.")
                            .expectedEffect("Changes of the publisher arrive again, or its slot keeps no more WAL.")
                            .sql("alter subscription " + Sql.identifier(subscription.subname()) + " enable");
                });
    }

    /** 2: disabled by an error; 1: its slot is kept. */
    private static int rank(Subscription subscription) {
        return subscription.slotName() == null
                ? 0
                : subscription.disablesOnError() && subscription.errors() > 0 ? 2 : 1;
    }

    private static Optional<Finding> errors(Listing now) {
        List<Subscription> failing = matching(now, subscription -> subscription.enabled() && subscription.failing());
        return failing.stream()
                .findFirst()
                .map(subscription -> Finding.of(
                                Subscriptions.NAME,
                                "errors",
                                Status.DEGRADED,
                                Severity.HIGH,
                                "a subscription fails",
                                "subscription %s: %s so far, the last a moment ago%s"
                                        .formatted(
                                                subscription.subname(),
                                                HumanFormat.count(subscription.errors(), "error"),
                                                more(failing)))
                        .threshold("from 1 error in the last 90 s, in 2 of 3 results")
                        .evidence(rows(failing))
                        .cause(
                                "Applying a change or copying a table fails, such as by a conflict with a row that is here already, a "
                                        + "missing table or column, or a missing privilege. It is repeated and fails again, and nothing after "
                                        + "it is applied.")
                        .action(
                                "The server's log has the error and the position (LSN) of the transaction. Repair the row or the table, or "
                                        + "skip the transaction with alter subscription … skip (lsn = …).")
                        .sql("select * from pg_stat_subscription_stats where subname = "
                                + Sql.literal(subscription.subname()).strip()));
    }

    private static Optional<Finding> stopped(Listing now) {
        List<Subscription> stopped = matching(
                now, subscription -> subscription.enabled() && !subscription.running() && !subscription.failing());
        return stopped.stream()
                .findFirst()
                .map(subscription -> Finding.of(
                                Subscriptions.NAME,
                                "stopped",
                                Status.DEGRADED,
                                Severity.HIGH,
                                "a subscription does not run",
                                "subscription " + subscription.subname() + " has no apply worker" + more(stopped))
                        .threshold("in 2 of 3 results")
                        .evidence(rows(stopped))
                        .cause("The publisher is down or not reachable, refuses the login, or no longer has the slot"
                                + (subscription.slotName() == null ? "" : " " + subscription.slotName())
                                + "; or applying a change fails each time; or max_logical_replication_workers and "
                                + "max_worker_processes leave none for it.")
                        .action(
                                "The server's log says why the worker ends. Raise max_logical_replication_workers if it is never started.")
                        .sql("select * from pg_stat_subscription where subname = "
                                + Sql.literal(subscription.subname()).strip()));
    }

    private Optional<Finding> stalled(Listing now) {
        List<Subscription> stalled = matching(
                now,
                subscription -> subscription.running()
                        && subscription.messageSeconds() != null
                        && subscription.messageSeconds() >= limits.of(Subscriptions.STALLED));
        return stalled.stream()
                .findFirst()
                .map(subscription -> Finding.of(
                                Subscriptions.NAME,
                                "stalled",
                                Status.DEGRADED,
                                Severity.MEDIUM,
                                "a subscription stalls",
                                "subscription %s has taken no message for %s%s"
                                        .formatted(
                                                subscription.subname(),
                                                HumanFormat.seconds(
                                                        subscription.messageSeconds() == null
                                                                ? 0
                                                                : subscription.messageSeconds()),
                                                more(stalled)))
                        .threshold("from " + HumanFormat.seconds(limits.of(Subscriptions.STALLED)))
                        .evidence(rows(stalled))
                        .cause(
                                "Its worker waits for a lock, or applies a large change, such as to a table without a primary key or an "
                                        + "index on its replica identity; or the network is cut and wal_receiver_timeout is off.")
                        .action("Look at what the worker waits for. Give replicated tables a primary key.")
                        .sql(
                                "select a.pid, a.wait_event_type, a.wait_event, a.xact_start, pg_blocking_pids(a.pid) from pg_stat_activity a "
                                        + "where a.backend_type like 'logical replication%'"));
    }

    private Optional<Finding> copying(Listing now) {
        List<Subscription> waiting = matching(
                now,
                subscription -> subscription.enabled()
                        && subscription.pending() > 0
                        && subscription.pendingSeconds() >= limits.of(Subscriptions.COPYING));
        return waiting.stream()
                .findFirst()
                .map(
                        subscription -> Finding.of(
                                        Subscriptions.NAME,
                                        "copying",
                                        Status.DEGRADED,
                                        Severity.MEDIUM,
                                        "tables of a subscription are not copied",
                                        "subscription %s: %d of %s not copied, and nothing copies them for %s%s"
                                                .formatted(
                                                        subscription.subname(),
                                                        subscription.pending(),
                                                        HumanFormat.count(subscription.tables(), "table"),
                                                        HumanFormat.seconds(subscription.pendingSeconds()),
                                                        more(waiting)))
                                .threshold("from " + HumanFormat.seconds(limits.of(Subscriptions.COPYING)))
                                .evidence(rows(waiting))
                                .cause(
                                        "Copying fails each time, such as on rows that are here already, or no worker is free "
                                                + "(max_sync_workers_per_subscription, max_logical_replication_workers).")
                                .action(
                                        "The server's log has the error of the copy. Empty the table here, or raise the limits.")
                                .sql(
                                        "select srrelid::regclass, srsubstate from pg_subscription_rel where srsubstate not in ('r', 's')"));
    }

    private static List<Subscription> matching(Listing now, Predicate<Subscription> condition) {
        return now.subscriptions().stream().filter(condition).toList();
    }

    private static String more(List<Subscription> subscriptions) {
        return subscriptions.size() == 1 ? "" : "; " + (subscriptions.size() - 1) + " more";
    }

    private static List<Map<String, Object>> rows(List<Subscription> subscriptions) {
        return subscriptions.stream()
                .limit(EvidenceRow.MOST)
                .map(subscription -> EvidenceRow.of(
                        "subname",
                        subscription.subname(),
                        "enabled",
                        subscription.enabled(),
                        "running",
                        subscription.running(),
                        "message_seconds",
                        subscription.messageSeconds(),
                        "pending_tables",
                        subscription.pending(),
                        "apply_errors",
                        subscription.applyErrors(),
                        "copy_errors",
                        subscription.copyErrors()))
                .toList();
    }
}
