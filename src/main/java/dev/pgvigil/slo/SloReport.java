package dev.pgvigil.slo;

import dev.pgvigil.check.Finding;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All objectives at one second. Immutable.
 *
 * @param omitted objectives beyond the limit, which are not measured
 */
record SloReport(List<ObjectiveStatus> objectives, Slos slos, int omitted) {

    static final SloReport NONE = new SloReport(List.of(), Slos.NONE, 0);

    SloReport {
        objectives = List.copyOf(objectives);
    }

    List<ObjectiveStatus> of(Slo slo) {
        return objectives.stream()
                .filter(status -> status.slo().name().equals(slo.name()))
                .toList();
    }

    /** Open findings by target and key. */
    Map<String, Map<String, Finding>> findings() {
        Map<String, Map<String, Finding>> all = new LinkedHashMap<>();
        for (ObjectiveStatus status : objectives) {
            for (Finding finding : status.findings()) {
                all.computeIfAbsent(status.target().name(), first -> new HashMap<>())
                        .put(finding.key(), finding);
            }
        }
        return all;
    }
}
