package dev.pgvigil.state.view;

import dev.pgvigil.check.Finding;
import dev.pgvigil.state.IgnoredFinding;
import dev.pgvigil.state.TargetState;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What to do in one database. */
@Schema(name = "DatabaseRecommendations")
public record DatabaseRecommendations(
        String databaseName,

        @Schema(description = "time of the response") Instant timestamp,

        @Schema(description = "findings with an action, worst first; those with status healthy are advice")
        List<Finding> recommendations,

        @Schema(description = "findings that the configuration accepts for a time")
        List<IgnoredFinding> ignored) {

    static DatabaseRecommendations of(TargetState state, PointInTimeView view) {
        return new DatabaseRecommendations(
                state.target().name(),
                view.now(),
                state.findings().stream()
                        .filter(finding -> finding.action() != null)
                        .toList(),
                state.ignored());
    }
}
