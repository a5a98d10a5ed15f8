package dev.pgvigil.slo;

import java.util.List;

/**
 * The objectives in short, for probes.
 *
 * @param objectives number of objectives, one for each target
 * @param pages those whose budget burns at page rate, as {@code slo of target}
 * @param exhausted number of those whose budget is gone
 * @param uncovered number of those of which too little is known
 * @param remaining the smallest share of a budget that is left
 */
public record BurnSummary(int objectives, List<String> pages, int exhausted, int uncovered, double remaining) {

    public BurnSummary {
        pages = List.copyOf(pages);
    }

    static BurnSummary of(SloReport report) {
        return new BurnSummary(
                report.objectives().size(),
                report.objectives().stream()
                        .filter(ObjectiveStatus::pages)
                        .map(status ->
                                status.slo().name() + " of " + status.target().name())
                        .toList(),
                (int) report.objectives().stream()
                        .filter(status -> status.state().exhausted())
                        .count(),
                (int) report.objectives().stream()
                        .filter(status -> status.state().uncovered())
                        .count(),
                report.objectives().stream()
                        .mapToDouble(status -> status.burn().remaining())
                        .min()
                        .orElse(1));
    }
}
