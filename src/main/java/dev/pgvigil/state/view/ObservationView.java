package dev.pgvigil.state.view;

import dev.pgvigil.check.Finding;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What one check saw, and what it makes of it. */
@Schema(name = "Observation")
public record ObservationView(
        String databaseName,
        CheckView check,

        @Nullable @Schema(description = "when the observation was made: before the latest pass if that failed")
        Instant observedAt,

        @Nullable
        @Schema(
                type = SchemaType.OBJECT,
                description = "the check's figures; null: nothing was observed yet, see check.state")
        Object observed,

        List<Finding> findings) {

    static ObservationView of(String check, TargetState target, PointInTimeView look) {
        Outcome.Observed<?> seen = observed(look.outcome(target, check));
        return new ObservationView(
                target.target().name(),
                CheckView.of(check, target, look),
                seen == null ? null : seen.at(),
                seen == null ? null : seen.value(),
                target.findings().stream()
                        .filter(finding -> finding.check().equals(check))
                        .toList());
    }

    private static Outcome.@Nullable Observed<?> observed(@Nullable Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Observed<?> observed -> observed;
            case Outcome.Failed<?> failed -> failed.last();
            case Outcome.Skipped<?> skipped -> null;
            case null -> null;
        };
    }
}
