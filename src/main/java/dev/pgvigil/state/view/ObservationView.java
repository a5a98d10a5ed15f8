package dev.pgvigil.state.view;

import dev.pgvigil.check.Finding;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The observation of one check and its findings. */
@Schema(name = "Observation")
public record ObservationView(
        String databaseName,
        CheckView check,

        @Nullable
        @Schema(
                description =
                        "time of the observation; if the latest execution failed, that of the last successful one")
        Instant observedAt,

        @Nullable
        @Schema(type = SchemaType.OBJECT, description = "data of the check; null: no observation yet, see check.state")
        Object observed,

        List<Finding> findings) {

    static ObservationView of(String check, TargetState target, PointInTimeView view) {
        Outcome.Observed<?> latest = observed(view.outcome(target, check));
        return new ObservationView(
                target.target().name(),
                CheckView.of(check, target, view),
                latest == null ? null : latest.at(),
                latest == null ? null : latest.value(),
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
