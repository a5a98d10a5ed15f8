package dev.pgvigil.tenant;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.target.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The findings on the isolation of tenants. Each hole is a finding of its own, so that a new one is told although others are open;
 * of one rule the first ten are, and the rest together. Weaknesses of a rule are one finding of advice. Pure.
 */
record IsolationFindings(IsolationState now, Target target) {

    private static final int MOST_OF_RULE = 10;

    private static final String EFFECT =
            "One way less by which a tenant could see or disturb another; no change for queries of its own.";

    List<Finding> all() {
        if (!now.certain()) {
            return now.violations().stream().anyMatch(Violation::breaks) ? List.of(presumed()) : List.of();
        }
        List<Finding> findings = new ArrayList<>();
        Map<String, List<Violation>> byRule =
                now.violations().stream().collect(groupingBy(Violation::rule, LinkedHashMap::new, toList()));
        byRule.values().forEach(violations -> {
            List<Violation> holes =
                    violations.stream().filter(Violation::breaks).toList();
            List<Violation> weak =
                    violations.stream().filter(each -> !each.breaks()).toList();
            holes.stream().limit(MOST_OF_RULE).forEach(each -> findings.add(hole(each)));
            if (holes.size() > MOST_OF_RULE) {
                findings.add(together(holes.subList(MOST_OF_RULE, holes.size()), Status.DEGRADED));
            }
            if (!weak.isEmpty()) {
                findings.add(together(weak, Status.HEALTHY));
            }
        });
        return findings;
    }

    private static Finding hole(Violation violation) {
        Finding finding = Finding.of(
                        TenantIsolation.NAME,
                        violation.rule() + "/" + violation.digest(),
                        Status.DEGRADED,
                        violation.severity(),
                        violation.title(),
                        violation.observed())
                .evidence(List.of(row(violation)))
                .cause(violation.cause())
                .action(violation.action());
        return violation.sql() == null ? finding : finding.sql(violation.sql());
    }

    private static Finding together(List<Violation> violations, Status status) {
        Violation first = violations.getFirst();
        Finding finding = Finding.of(
                        TenantIsolation.NAME,
                        first.rule() + (status == Status.HEALTHY ? "" : "/more"),
                        status,
                        first.severity(),
                        first.title(),
                        first.observed()
                                + (violations.size() == 1
                                        ? ""
                                        : "; and " + (violations.size() - 1) + " more of this kind"))
                .evidence(violations.stream()
                        .limit(EvidenceRow.MOST)
                        .map(IsolationFindings::row)
                        .toList())
                .cause(first.cause())
                .action(first.action());
        Finding effective = status == Status.HEALTHY ? finding.expectedEffect(EFFECT) : finding;
        return first.sql() == null ? effective : effective.sql(first.sql());
    }

    private static Map<String, Object> row(Violation violation) {
        return EvidenceRow.of(
                "id", violation.id(),
                "object", violation.object(),
                "observed", violation.observed(),
                "sql", violation.sql());
    }

    private Finding presumed() {
        List<Violation> holes =
                now.violations().stream().filter(Violation::breaks).toList();
        return Finding.of(
                        TenantIsolation.NAME,
                        "presumed",
                        Status.HEALTHY,
                        Severity.LOW,
                        "Tenants share tables, and the server does not separate them",
                        String.join("; ", now.evidence()) + "; " + HumanFormat.count(holes.size(), "hole")
                                + " if that is the tenant")
                .evidence(holes.stream()
                        .limit(EvidenceRow.MOST)
                        .map(IsolationFindings::row)
                        .toList())
                .cause(
                        "The application filters by tenant itself, and one forgotten condition shows the rows of others. Or the "
                                + "column is no tenant.")
                .action("Say so in the section tenancy of target " + target.name()
                        + ": its column if it is the tenant, and the holes count; or layout: none.")
                .expectedEffect(EFFECT);
    }
}
