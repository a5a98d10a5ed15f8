package dev.pgvigil.diagnose;

import static java.util.Comparator.comparing;
import static java.util.Comparator.reverseOrder;

import dev.pgvigil.check.Status;
import dev.pgvigil.state.view.StatusView.MigrationStatus;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Whether a set of targets is ready for a job. */
@Schema(name = "Prerequisites")
public record PrerequisitesView(
        @Schema(description = "the worst of all targets; failed if there are no targets")
        Verdict overallStatus,

        @Schema(description = "time of the response") Instant timestamp,

        @Schema(description = "heartbeats that take longer give a warning")
        long performanceThresholdMs,

        Summary summary,

        @Schema(description = "worst first") List<Requirement> targets) {

    /** The result for one target, and of all. */
    @Schema(name = "PrerequisiteStatus")
    public enum Verdict {
        PASSED,
        WARNING,
        FAILED
    }

    /** The number of targets with each result, and of issues. */
    @Schema(name = "PrerequisiteSummary")
    public record Summary(int total, int passed, int warning, int failed, int issues) {}

    /** The result for one target. */
    @Schema(name = "Prerequisite")
    public record Requirement(
            String name,
            Verdict status,
            Status databaseStatus,

            @Nullable @Schema(description = "response time of the latest heartbeat in milliseconds; null: no response")
            Double responseTimeMs,

            @Nullable @Schema(description = "null: not observed, or the database has no history of migrations")
            MigrationStatus migrationStatus,

            @Schema(description = "worst first, at most 20") List<Issue> issues) {

        public Requirement {
            issues = List.copyOf(issues);
        }
    }

    /** Why a target has not passed. */
    @Schema(name = "PrerequisiteIssue")
    public record Issue(
            @Schema(description = "warning or failed") Verdict severity,

            @Schema(description = "check that found it, or `performance`")
            String check,

            String message,

            @Nullable @Schema(description = "what to do") String action) {}

    public PrerequisitesView {
        targets = List.copyOf(targets);
    }

    static PrerequisitesView of(List<Requirement> requirements, Instant now, long thresholdMs) {
        List<Requirement> targets = requirements.stream()
                .sorted(comparing(Requirement::status, reverseOrder()).thenComparing(Requirement::name))
                .toList();
        return new PrerequisitesView(
                targets.isEmpty() ? Verdict.FAILED : targets.getFirst().status(),
                now,
                thresholdMs,
                new Summary(
                        targets.size(),
                        count(targets, Verdict.PASSED),
                        count(targets, Verdict.WARNING),
                        count(targets, Verdict.FAILED),
                        targets.stream()
                                .mapToInt(target -> target.issues().size())
                                .sum()),
                targets);
    }

    private static int count(List<Requirement> targets, Verdict verdict) {
        return (int)
                targets.stream().filter(target -> target.status() == verdict).count();
    }
}
