package dev.pgvigil.migration;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.migration.MigrationHistory.LockRow;
import dev.pgvigil.migration.MigrationHistory.Runner;
import dev.pgvigil.migration.MigrationHistory.Unread;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The findings on the histories of a database. Pure. */
record MigrationFindings(Histories now, Target target, Function<String, String> afterFailure) {

    List<Finding> all() {
        return Stream.of(failed(), dirty(), stuck(), running(), pending(), absent(), unreadable(), unassigned())
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<Finding> failed() {
        return one(of(MigrationState.FAILED), "failed", Severity.HIGH, "Migration failed", MigrationFindings::failure)
                .map(finding -> finding.cause(
                                "The tool recorded the failure, or a start without an end. The schema may be "
                                        + "between two versions, and the tool refuses to continue.")
                        .action(afterFailure(MigrationState.FAILED)));
    }

    private Optional<Finding> dirty() {
        return one(
                        of(MigrationState.DIRTY),
                        "dirty",
                        Severity.HIGH,
                        "Migration was interrupted",
                        MigrationFindings::failure)
                .map(finding -> finding.cause(
                                "The tool marks the version as dirty before a migration and clears the mark after "
                                        + "it; the mark is set, and no session holds the tool's lock. The migration failed or its "
                                        + "process ended.")
                        .action(afterFailure(MigrationState.DIRTY)));
    }

    private Optional<Finding> stuck() {
        List<MigrationHistory> histories = of(MigrationState.STUCK);
        return one(histories, "stuck", Severity.HIGH, "Migration lock is stuck", MigrationFindings::lock)
                .map(finding -> {
                    MigrationHistory first = histories.getFirst();
                    Runner runner = first.runner();
                    return finding.threshold(threshold(Migrations.STUCK))
                            .cause(
                                    runner == null
                                            ? "The lock is a row, which stays when its process is killed, or comes back with a "
                                                    + "backup. Each next start of the tool waits for it or fails."
                                            : "A session that is idle holds the tool's advisory lock: its client is gone, or a "
                                                    + "connection pooler gave the session to others. Each next start of the tool waits.")
                            .action(
                                    runner == null
                                            ? "Make sure that the tool runs nowhere, then remove the lock."
                                            : "Make sure that the tool runs nowhere, then end the session.")
                            .sql(runner == null ? first.unlock() : "select pg_terminate_backend(" + runner.pid() + ")");
                });
    }

    private Optional<Finding> running() {
        double after = target.thresholds().of(Migrations.RUNNING);
        List<MigrationHistory> histories = of(MigrationState.RUNNING).stream()
                .filter(history -> history.stateSeconds() >= after)
                .toList();
        boolean waits = histories.stream()
                .map(MigrationHistory::runner)
                .anyMatch(runner -> runner != null && runner.waitsForLock());
        return one(
                        histories,
                        "running",
                        Severity.MEDIUM,
                        "Migration runs for long",
                        history -> "for " + HumanFormat.seconds(history.stateSeconds()))
                .map(finding -> finding.threshold(threshold(Migrations.RUNNING))
                        .cause(
                                waits
                                        ? "The migration waits for a lock of another session."
                                        : "The migration changes much data or builds an index, waits for a lock, or its process hangs.")
                        .action(
                                "See the locks and long statements of the database, end what the migration waits for, or cancel "
                                        + "the migration."));
    }

    private Optional<Finding> pending() {
        double after = target.thresholds().of(Migrations.PENDING);
        List<MigrationHistory> histories = now.histories().stream()
                .filter(history -> history.pendingSeconds() != null && history.pendingSeconds() >= after)
                .filter(history -> history.state() != MigrationState.RUNNING)
                .toList();
        return one(
                        histories,
                        "pending",
                        Severity.MEDIUM,
                        "Expected migrations are not applied",
                        history -> HumanFormat.count(history.pending() == null ? 0 : history.pending(), "migration")
                                + " pending, first " + String.join(", ", history.next()))
                .map(
                        finding -> finding.threshold(threshold(Migrations.PENDING))
                                .cause(
                                        "The release was deployed without its migrations, they failed without a trace, or they ran in "
                                                + "another database. Or the expected list belongs to another release.")
                                .action(
                                        "Run the migration tool of the release, and look at its log; or correct the expected list."));
    }

    private Optional<Finding> absent() {
        Double seconds = now.absentSeconds();
        Integer expected = now.pendingMigrations();
        if (seconds == null || expected == null || seconds < target.thresholds().of(Migrations.PENDING)) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                        Migrations.NAME,
                        "pending",
                        Status.DEGRADED,
                        Severity.MEDIUM,
                        "Expected migrations are not applied",
                        HumanFormat.count(expected, "migration") + " pending, and no history of migrations was found")
                .threshold(threshold(Migrations.PENDING))
                .cause(
                        "No migration was ever applied to this database, or the history has another name than the tool's default.")
                .action(
                        "Run the migration tool of the release, or name its table in checks.migrations.tables of target "
                                + target.name() + "."));
    }

    private Optional<Finding> unreadable() {
        List<MigrationHistory> histories = now.histories().stream()
                .filter(history -> history.unread() == Unread.PRIVILEGE
                        && !history.unreadable().isEmpty())
                .toList();
        return one(
                        histories,
                        "unreadable",
                        Severity.LOW,
                        Status.HEALTHY,
                        "Histories of migrations cannot be read",
                        history -> "SELECT is not granted")
                .map(finding -> finding.cause(
                                "History tables belong to the application, and pg_monitor does not include them. "
                                        + "Without a grant pgvigil sees only that a tool runs, where it takes a lock.")
                        .action("Grant SELECT on them to " + target.server().user()
                                + " to see versions and failed migrations, or disable the check.")
                        .expectedEffect("Versions, failed and pending migrations are known.")
                        .sql(grants(histories)));
    }

    private Optional<Finding> unassigned() {
        if (now.unassignedExpected() == 0) {
            return Optional.empty();
        }
        String tools =
                now.histories().stream().map(MigrationHistory::tool).distinct().collect(joining(", "));
        return Optional.of(Finding.of(
                        Migrations.NAME,
                        "unassigned",
                        Status.HEALTHY,
                        Severity.MEDIUM,
                        "Expected migrations belong to no history",
                        HumanFormat.count(now.unassignedExpected(), "expected migration") + ", tools found: " + tools)
                .cause("Several tools keep a history in the database, or the entries name another tool.")
                .action("Begin each expected entry with its tool and a colon, such as "
                        + now.histories().getFirst().tool() + ":7.")
                .expectedEffect("Whether migrations are pending is known."));
    }

    private List<MigrationHistory> of(MigrationState state) {
        return now.histories().stream()
                .filter(history -> history.state() == state)
                .toList();
    }

    private Optional<Finding> one(
            List<MigrationHistory> histories,
            String key,
            Severity severity,
            String title,
            Function<MigrationHistory, String> observed) {
        return one(histories, key, severity, Status.DEGRADED, title, observed);
    }

    private Optional<Finding> one(
            List<MigrationHistory> histories,
            String key,
            Severity severity,
            Status status,
            String title,
            Function<MigrationHistory, String> observed) {
        if (histories.isEmpty()) {
            return Optional.empty();
        }
        MigrationHistory first = histories.getFirst();
        String more = histories.size() == 1
                ? ""
                : "; " + (histories.size() - 1) + " more " + (histories.size() == 2 ? "history" : "histories");
        return Optional.of(Finding.of(
                        Migrations.NAME,
                        key,
                        status,
                        severity,
                        title,
                        first.tool() + " in " + first.place() + ": " + observed.apply(first) + more)
                .evidence(histories.stream()
                        .limit(EvidenceRow.MOST)
                        .map(MigrationFindings::row)
                        .toList()));
    }

    private static Map<String, Object> row(MigrationHistory history) {
        Runner runner = history.runner();
        LockRow lock = history.lock();
        return EvidenceRow.of(
                "tool",
                history.tool(),
                "history",
                history.place(),
                "current_version",
                history.currentVersion(),
                "failed",
                history.failed(),
                "pending",
                history.pending(),
                "last_applied_at",
                history.lastAppliedAt(),
                "pid",
                runner == null ? null : runner.pid(),
                "waiting",
                history.waiting() == 0 ? null : history.waiting(),
                "locked_by",
                lock == null ? null : lock.lockedBy(),
                "locked_at",
                lock == null ? null : lock.lockedAt());
    }

    private static String failure(MigrationHistory history) {
        return "migration " + HumanFormat.orUnknown(history.failed())
                + (history.currentVersion() == null || history.currentVersion().equals(history.failed())
                        ? ""
                        : ", current version " + history.currentVersion());
    }

    private static String lock(MigrationHistory history) {
        Runner runner = history.runner();
        LockRow lock = history.lock();
        if (runner != null) {
            return "pid " + runner.pid() + HumanFormat.client(runner.usename(), runner.applicationName())
                    + " holds the lock and is idle for " + HumanFormat.seconds(runner.stateSeconds())
                    + (history.waiting() == 0
                            ? ""
                            : ", " + HumanFormat.count(history.waiting(), "session") + " waiting");
        }
        String by = lock == null || lock.lockedBy() == null ? "" : " by " + lock.lockedBy();
        String at = lock == null || lock.lockedAt() == null ? "" : " at " + lock.lockedAt();
        return "locked" + by + at + ", and no session works as its holder";
    }

    private String threshold(Threshold threshold) {
        return threshold.name() + " " + HumanFormat.seconds(target.thresholds().of(threshold));
    }

    private String grants(List<MigrationHistory> histories) {
        String role = Sql.identifier(target.server().user());
        Stream<String> schemas = histories.stream()
                .map(MigrationHistory::schema)
                .filter(Predicate.not("public"::equals))
                .distinct()
                .map(schema -> "grant usage on schema " + Sql.identifier(schema) + " to " + role + ";");
        Stream<String> tables = histories.stream()
                .flatMap(history -> history.unreadable().stream())
                .map(table -> "grant select on " + table + " to " + role + ";");
        return Stream.concat(schemas, tables).collect(joining("\n"));
    }

    private String afterFailure(MigrationState state) {
        return afterFailure.apply(of(state).getFirst().tool());
    }
}
