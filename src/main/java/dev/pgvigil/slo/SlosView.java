package dev.pgvigil.slo;

import dev.pgvigil.state.SteadyClock;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * All objectives in short.
 *
 * @param stateFile {@code off}, {@code ok} or {@code not written}
 * @param omitted objectives of targets beyond the limit, which are not measured
 */
@Schema(name = "Slos")
record SlosView(
        Instant timestamp, String stateFile, int omitted, List<Summary> slos, List<MaintenanceView> maintenance) {

    /**
     * One objective over all targets that it selects.
     *
     * @param thresholdMs null: its type has none
     * @param condition what the metric of a custom query must be; null: its type has none
     * @param targets number of targets
     * @param paging number of targets whose budget burns at page rate
     * @param worstBudgetRemainingRatio null: no target
     */
    @Schema(name = "SloSummary")
    record Summary(
            String name,
            String type,
            @Nullable Long thresholdMs,
            @Nullable String condition,
            double objectiveRatio,
            String window,
            int targets,
            int paging,
            int exhausted,
            int uncovered,
            @Nullable Double worstBudgetRemainingRatio) {

        static Summary of(Slo slo, List<ObjectiveStatus> statuses) {
            return new Summary(
                    slo.name(),
                    SloView.type(slo),
                    slo.threshold() == null ? null : slo.threshold().toMillis(),
                    slo.goal() == null ? null : slo.goal().toString(),
                    slo.ratio(),
                    slo.window().toString(),
                    statuses.size(),
                    (int) statuses.stream().filter(ObjectiveStatus::pages).count(),
                    (int) statuses.stream()
                            .filter(status -> status.state().exhausted())
                            .count(),
                    (int) statuses.stream()
                            .filter(status -> status.state().uncovered())
                            .count(),
                    statuses.isEmpty()
                            ? null
                            : statuses.stream()
                                    .mapToDouble(status -> status.burn().remaining())
                                    .min()
                                    .getAsDouble());
        }
    }

    /** A time that does not count. */
    @Schema(name = "SloMaintenance")
    record MaintenanceView(Instant from, Instant until, String targets, String reason) {}

    static SlosView of(SloReport report, String stored, Instant now) {
        return new SlosView(
                SteadyClock.shown(now),
                stored,
                report.omitted(),
                report.slos().all().stream()
                        .map(slo -> Summary.of(slo, report.of(slo)))
                        .toList(),
                report.slos().maintenance().stream()
                        .map(one -> new MaintenanceView(
                                one.from(), one.until(), one.targets().pattern(), one.reason()))
                        .toList());
    }
}
