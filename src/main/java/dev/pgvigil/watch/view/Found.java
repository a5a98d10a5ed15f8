package dev.pgvigil.watch.view;

import static java.util.Comparator.comparing;
import static java.util.Comparator.reverseOrder;

import dev.pgvigil.check.Finding;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A finding, and where it was found. */
@Schema(name = "Found")
public record Found(String target, Finding finding) {

    private static final Comparator<Found> WORST_FIRST = comparing(
                    (Found found) -> found.finding().status(), reverseOrder())
            .thenComparing(found -> found.finding().severity(), reverseOrder())
            .thenComparing(Found::target)
            .thenComparing(found -> found.finding().key());

    /** All findings in force, the worst first. */
    static List<Found> worstFirst(Look look) {
        return look.targets().stream()
                .flatMap(state -> state.findings().stream()
                        .map(finding -> new Found(state.target().name(), finding)))
                .sorted(WORST_FIRST)
                .toList();
    }
}
