package dev.pgvigil.dashboard;

import dev.pgvigil.check.Finding;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * A finding as text; empty if a part is missing.
 *
 * @param columns names of the columns of the evidence, in order of occurrence
 */
record FindingCard(
        String key,
        String status,
        String severity,
        String title,
        String observed,
        String threshold,
        String since,
        String cause,
        String action,
        String sql,
        String effect,
        List<String> columns,
        List<List<String>> rows) {

    static FindingCard of(Finding finding, Instant now) {
        SequencedSet<String> columns = new LinkedHashSet<>();
        finding.evidence().forEach(row -> columns.addAll(row.keySet()));
        return new FindingCard(
                finding.key(),
                TextFormat.lower(finding.status()),
                TextFormat.lower(finding.severity()),
                finding.title(),
                finding.observed(),
                orEmpty(finding.threshold()),
                finding.since() == null ? "" : "for " + TextFormat.age(finding.since(), now),
                orEmpty(finding.cause()),
                orEmpty(finding.action()),
                orEmpty(finding.sql()),
                orEmpty(finding.expectedEffect()),
                List.copyOf(columns),
                finding.evidence().stream().map(row -> cells(columns, row)).toList());
    }

    private static List<String> cells(SequencedSet<String> columns, Map<String, Object> row) {
        return columns.stream()
                .map(column -> row.containsKey(column) ? TextFormat.value(row.get(column)) : "")
                .toList();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
