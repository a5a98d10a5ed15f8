package dev.pgvigil.diagnose;

import static java.util.Comparator.comparing;
import static java.util.Comparator.reverseOrder;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.IsolationVerdict;
import dev.pgvigil.check.MigrationProgress;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.diagnose.PrerequisitesView.Issue;
import dev.pgvigil.diagnose.PrerequisitesView.Requirement;
import dev.pgvigil.diagnose.PrerequisitesView.Verdict;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.state.view.StatusView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a target is ready for a job. Unknown is failed; an unhealthy target has failed, a degraded or slow one gives a
 * warning. A schema that is not known to be migrated has failed, because a job on it may do damage. Pure.
 *
 * @param migrations whether migrations are checked
 */
record PrerequisiteRules(PointInTimeView view, long thresholdMs, boolean migrations) {

    private static final int MOST_ISSUES = 20;

    Requirement of(TargetState target) {
        StatusView status = StatusView.of(target, view);
        List<Issue> issues = new ArrayList<>();
        if (status.status() == Status.UNKNOWN) {
            String error = status.error() == null ? "not observed yet" : status.error();
            issues.add(new Issue(
                    Verdict.FAILED, HeartbeatResult.CHECK, "the status of the database is unknown: " + error, null));
        } else {
            target.findings().forEach(finding -> found(finding, issues));
            slow(status.responseTimeMs(), issues);
            isolated(target, issues);
            if (migrations && target.target().runs(MigrationProgress.CHECK)) {
                migrated(view.outcome(target, MigrationProgress.CHECK), issues);
            }
        }
        issues.sort(comparing(Issue::severity, reverseOrder()));
        Verdict worst =
                issues.isEmpty() ? byStatus(status.status()) : issues.getFirst().severity();
        return new Requirement(
                target.target().name(),
                worst.compareTo(byStatus(status.status())) > 0 ? worst : byStatus(status.status()),
                status.status(),
                status.responseTimeMs(),
                status.migrationStatus(),
                issues.stream().limit(MOST_ISSUES).toList());
    }

    private static Verdict byStatus(Status status) {
        return switch (status) {
            case HEALTHY -> Verdict.PASSED;
            case DEGRADED -> Verdict.WARNING;
            case UNHEALTHY, UNKNOWN -> Verdict.FAILED;
        };
    }

    /** Findings that leave the status healthy are advice. */
    private static void found(Finding finding, List<Issue> issues) {
        Verdict verdict = byStatus(finding.status());
        if (verdict != Verdict.PASSED) {
            issues.add(new Issue(
                    blocks(finding) ? Verdict.FAILED : verdict,
                    finding.check(),
                    finding.title() + ": " + finding.observed(),
                    finding.action()));
        }
    }

    /** What may do damage: a job on a schema in between, or on rows of the wrong tenant. */
    private static boolean blocks(Finding finding) {
        return finding.check().equals(MigrationProgress.CHECK)
                || (finding.check().equals(IsolationVerdict.CHECK) && finding.severity() == Severity.CRITICAL);
    }

    /** That nothing was found is no news while not everything could be checked. */
    private void isolated(TargetState target, List<Issue> issues) {
        if (view.outcome(target, IsolationVerdict.CHECK)
                        instanceof Outcome.Observed<?>(var at, var took, IsolationVerdict isolation)
                && isolation.certain()
                && isolation.verdict() == IsolationVerdict.Verdict.INCONCLUSIVE) {
            issues.add(new Issue(
                    Verdict.WARNING,
                    IsolationVerdict.CHECK,
                    "the isolation of tenants could not be checked completely",
                    "See unchecked in the report of tenant isolation."));
        }
    }

    private void slow(@Nullable Double responseMs, List<Issue> issues) {
        if (responseMs != null && responseMs > thresholdMs) {
            issues.add(new Issue(
                    Verdict.WARNING,
                    "performance",
                    "the latest heartbeat took " + responseMs + " ms, more than " + thresholdMs + " ms",
                    "Check the load of the server and the network between pgvigil and the server."));
        }
    }

    private static void migrated(@Nullable Outcome<?> outcome, List<Issue> issues) {
        if (outcome instanceof Outcome.Observed<?>(var at, var took, MigrationProgress progress) && unread(progress)) {
            issues.add(new Issue(
                    Verdict.WARNING,
                    MigrationProgress.CHECK,
                    "the version of the schema is unknown",
                    "Grant SELECT on the history tables of the migration tool to pgvigil's role."));
        }
        String issue = switch (outcome) {
            case Outcome.Observed<?> observed ->
                observed.value() instanceof MigrationProgress progress ? unfinished(progress) : null;
            case Outcome.Failed<?> failed ->
                "the state of migrations is unknown: " + failed.failure().message();
            case Outcome.Skipped<?> skipped -> "the state of migrations is unknown: " + skipped.reason();
            case null -> "the state of migrations is not observed yet";
        };
        if (issue != null) {
            issues.add(new Issue(
                    Verdict.FAILED,
                    MigrationProgress.CHECK,
                    issue,
                    "Apply the migrations, wait for their end, or disable the check for this target with checks."
                            + MigrationProgress.CHECK + ".enabled: false."));
        }
    }

    /** A history that may not be read, or that is empty. */
    private static boolean unread(MigrationProgress progress) {
        return progress.hasHistory() && progress.currentVersion() == null && progress.pendingMigrations() == null;
    }

    private static @Nullable String unfinished(MigrationProgress progress) {
        Integer pending = progress.pendingMigrations();
        if (progress.running()) {
            return "a migration is running";
        }
        return progress.hasHistory() && pending != null && pending > 0
                ? HumanFormat.count(pending, "migration") + " pending"
                : null;
    }
}
