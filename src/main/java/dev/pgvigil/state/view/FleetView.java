package dev.pgvigil.state.view;

import static java.util.Comparator.comparing;
import static java.util.Comparator.reverseOrder;

import dev.pgvigil.check.Status;
import dev.pgvigil.state.ActiveAlert;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The summary of the fleet. */
@Schema(name = "Fleet")
public record FleetView(
        @Schema(description = "worst status of all targets; unknown if there are no targets")
        Status status,

        @Schema(description = "time of the response") Instant timestamp,

        @Schema(description = "age of a heartbeat in milliseconds from which the status of its target is unknown")
        long staleAfterMs,

        int total,
        Counts counts,
        List<Region> regions,

        @Schema(description = "worst first, at most 1000; /api/v1/databases lists all")
        List<DatabaseSummary> targets,

        @Schema(description = "the worst findings, at most 20")
        List<TargetFinding> findings,

        @Schema(description = "active alerts") AlertSummary alerts,

        @Schema(description = "recommended actions, most urgent first, at most 20")
        List<Recommendation> recommendations) {

    private static final int TARGETS = 1000;
    private static final int WORST = 20;

    /** Summarizes the fleet. */
    public static FleetView of(PointInTimeView view, List<ActiveAlert> alerts) {
        List<DatabaseSummary> rows = view.targets().stream()
                .map(state -> DatabaseSummary.of(state, view))
                .sorted(comparing(DatabaseSummary::status, reverseOrder()).thenComparing(DatabaseSummary::name))
                .toList();
        Counts counts = Counts.of(rows);
        List<TargetFinding> found = TargetFinding.worstFirst(view);
        return new FleetView(
                counts.worst(),
                view.now(),
                view.snapshot().staleAfter().toMillis(),
                counts.total(),
                counts,
                Region.of(rows),
                rows.stream().limit(TARGETS).toList(),
                found.stream().limit(WORST).toList(),
                AlertSummary.of(alerts),
                Recommendation.of(found, WORST));
    }
}
