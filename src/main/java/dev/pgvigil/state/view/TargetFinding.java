package dev.pgvigil.state.view;

import static java.util.Comparator.comparing;
import static java.util.Comparator.reverseOrder;

import dev.pgvigil.check.Finding;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A finding and its target. */
@Schema(name = "Found")
public record TargetFinding(String target, Finding finding) {

    private static final Comparator<TargetFinding> WORST_FIRST = comparing(
                    (TargetFinding found) -> found.finding().status(), reverseOrder())
            .thenComparing(found -> found.finding().severity(), reverseOrder())
            .thenComparing(TargetFinding::target)
            .thenComparing(found -> found.finding().key());

    /** All open findings, worst first. */
    static List<TargetFinding> worstFirst(PointInTimeView view) {
        return view.targets().stream()
                .flatMap(state -> state.findings().stream()
                        .map(finding -> new TargetFinding(state.target().name(), finding)))
                .sorted(WORST_FIRST)
                .toList();
    }
}
