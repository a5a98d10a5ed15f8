package dev.pgvigil.state.view;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** One recommended action for all targets that need it. */
@Schema(name = "Recommendation")
public record Recommendation(
        Severity severity,

        @Schema(description = "key of the findings that recommend the action")
        String key,

        @Schema(description = "title of the worst of the findings")
        String title,

        @Schema(description = "status that the worst of the findings gives its target; healthy for advice")
        Status status,

        String action,

        @Nullable @Schema(description = "what changes when it was done; null: not stated")
        String expectedEffect,

        @Nullable @Schema(description = "SQL statement that carries out the action or shows the affected objects")
        String sql,

        @Schema(description = "number of targets concerned") int total,

        @Schema(description = "names of the targets, at most 20")
        List<String> targets) {

    private static final int NAMED = 20;

    private record Advice(
            String key, String action, @Nullable String sql) {}

    /** The actions of the findings in order, without duplicates, at most so many. */
    static List<Recommendation> of(List<TargetFinding> worstFirst, int limit) {
        return of(worstFirst).stream().limit(limit).toList();
    }

    /** The actions of the findings in order, without duplicates. */
    static List<Recommendation> of(List<TargetFinding> worstFirst) {
        Map<Advice, List<TargetFinding>> grouped = new LinkedHashMap<>();
        for (TargetFinding found : worstFirst) {
            Finding finding = found.finding();
            if (finding.action() != null) {
                Advice advice = new Advice(finding.key(), finding.action(), finding.sql());
                grouped.computeIfAbsent(advice, key -> new ArrayList<>()).add(found);
            }
        }
        return grouped.entrySet().stream()
                .map(entry -> of(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Recommendation of(Advice advice, List<TargetFinding> found) {
        Finding worst = found.getFirst().finding();
        return new Recommendation(
                worst.severity(),
                advice.key(),
                worst.title(),
                worst.status(),
                advice.action(),
                worst.expectedEffect(),
                advice.sql(),
                found.size(),
                found.stream().map(TargetFinding::target).limit(NAMED).toList());
    }
}
