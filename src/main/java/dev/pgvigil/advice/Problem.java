package dev.pgvigil.advice;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Findings that have one cause, and the action that removes the cause. */
@Schema(name = "Problem")
public record Problem(
        @Schema(description = "key of the finding that is the cause")
        String cause,

        @Schema(description = "title of that finding") String title,

        @Schema(description = "worst status of its findings")
        Status status,

        @Schema(description = "worst severity of its findings")
        Severity severity,

        @Schema(description = "what was observed of the cause")
        String observed,

        @Nullable @Schema(description = "what to do about the cause")
        String action,

        @Nullable @Schema(description = "SQL statement that carries out the action or shows the affected objects")
        String sql,

        @Nullable @Schema(description = "since when the cause is open")
        Instant since,

        @Schema(description = "the findings from the cause to its last effect, the cause first")
        List<Step> chain) {

    /**
     * One finding of a problem.
     *
     * @param depth number of steps from the cause
     */
    @Schema(name = "ProblemStep")
    public record Step(
            @Schema(description = "key of the finding") String finding,

            String title,

            Status status,

            @Schema(description = "number of steps from the cause, which has 0")
            int depth,

            @Nullable @Schema(description = "key of the finding that leads to this one; null: this is the cause")
            String after,

            @Nullable @Schema(description = "how the other finding leads to this one")
            String because) {

        static Step cause(Finding finding) {
            return new Step(finding.key(), finding.title(), finding.status(), 0, null, null);
        }

        Step to(Finding effect, String why) {
            return new Step(effect.key(), effect.title(), effect.status(), depth + 1, finding, why);
        }
    }
}
