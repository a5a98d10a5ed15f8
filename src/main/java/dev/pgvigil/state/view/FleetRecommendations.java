package dev.pgvigil.state.view;

import dev.pgvigil.state.IgnoredFinding;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What to do in the fleet: each action once, with the databases that need it. */
@Schema(name = "FleetRecommendations")
public record FleetRecommendations(
        @Schema(description = "time of the response") Instant timestamp,

        @Schema(description = "number of actions, of which the first are listed")
        int total,

        @Schema(description = "most urgent first") List<Recommendation> recommendations,

        @Schema(description = "number of findings that the configuration accepts for a time")
        int totalIgnored,

        @Schema(description = "the first of those, by database")
        List<Ignored> ignored) {

    /** An ignored finding of one target. */
    @Schema(name = "Ignored")
    public record Ignored(
            String target,
            String key,
            String title,

            @Schema(description = "why it is ignored, from the configuration")
            String reason,

            @Schema(description = "when it counts again") Instant until) {

        private static Ignored of(String target, IgnoredFinding one) {
            return new Ignored(target, one.finding().key(), one.finding().title(), one.reason(), one.until());
        }
    }

    static FleetRecommendations of(PointInTimeView view, int limit) {
        List<Recommendation> all = Recommendation.of(TargetFinding.worstFirst(view));
        List<Ignored> ignored = view.targets().stream()
                .flatMap(state -> state.ignored().stream()
                        .map(one -> Ignored.of(state.target().name(), one)))
                .toList();
        return new FleetRecommendations(
                view.now(),
                all.size(),
                all.stream().limit(limit).toList(),
                ignored.size(),
                ignored.stream().limit(limit).toList());
    }
}
