package dev.pgvigil.tenant;

import dev.pgvigil.check.IsolationVerdict.Verdict;
import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.IsolationState.Cell;
import dev.pgvigil.tenant.IsolationState.Coverage;
import dev.pgvigil.tenant.IsolationState.Line;
import dev.pgvigil.tenant.IsolationState.Probe;
import dev.pgvigil.tenant.IsolationState.ProbeOutcome;
import dev.pgvigil.tenant.IsolationState.RoleView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Applies the rules to a reading, and says what they could not see. Pure.
 *
 * @param rules in the order of their ids
 */
record IsolationEvaluation(List<IsolationRule> rules) {

    /**
     * What was seen besides the catalogues.
     *
     * @param violations proven by statements, and differences of schemas
     * @param unseen what could not be checked
     * @param notes what else would be known
     */
    record Seen(List<Violation> violations, List<Probe> probes, List<String> unseen, List<String> notes) {}

    /** The most violations that are kept. */
    static final int MOST = 500;

    private static final int MOST_PROBES = 20;

    /**
     * The state without history.
     *
     * @param seen what was seen besides the catalogues
     */
    IsolationState of(Isolation isolation, Instant readAt, Seen seen) {
        List<Violation> violations = new ArrayList<>(seen.violations);
        rules.forEach(rule -> violations.addAll(rule.find(isolation)));
        violations.addAll(leaks(seen.probes, violations));
        violations.sort(Comparator.comparing(Violation::severity)
                .reversed()
                .thenComparing(Violation::id, Comparator.comparingInt(IsolationEvaluation::number))
                .thenComparing(Violation::object));
        List<Violation> open = new ArrayList<>();
        List<Violation> accepted = new ArrayList<>();
        for (Violation violation : violations) {
            Tenancy.Allowed by = isolation.tenancy.allowing(violation.object(), violation.rule(), readAt);
            if (by == null) {
                open.add(violation);
            } else {
                accepted.add(violation.accepted(by));
            }
        }
        List<String> unchecked = unchecked(isolation, open, readAt);
        unchecked.addAll(seen.unseen);
        seen.probes.stream()
                .filter(probe -> probe.outcome() == ProbeOutcome.INCONCLUSIVE)
                .map(probe -> "probe of " + probe.role() + (probe.object().isEmpty() ? "" : " on " + probe.object())
                        + ": " + probe.detail())
                .limit(MOST_PROBES)
                .forEach(unchecked::add);
        List<Line> lines = lines(isolation);
        return new IsolationState(
                verdict(isolation, open, unchecked),
                isolation.layout.kinds(),
                isolation.layout.certain(),
                isolation.layout.column(),
                isolation.layout.context(),
                isolation.layout.evidence(),
                new Coverage(
                        readAt,
                        isolation.tables.size(),
                        isolation.layout.schemas().size(),
                        isolation.layout.databases().size(),
                        rules.size(),
                        unchecked,
                        seen.notes),
                isolation.roles.stream().map(IsolationEvaluation::role).toList(),
                lines.subList(0, Math.min(IsolationState.MOST_LINES, lines.size())),
                Math.max(0, lines.size() - IsolationState.MOST_LINES),
                open.subList(0, Math.min(MOST, open.size())),
                accepted.subList(0, Math.min(MOST, accepted.size())),
                seen.probes,
                List.of(),
                List.of());
    }

    /** Probes that saw more than the rules found. */
    private static List<Violation> leaks(List<Probe> probes, List<Violation> known) {
        ProbedLeak rule = new ProbedLeak();
        return probes.stream()
                .filter(probe -> probe.outcome() == ProbeOutcome.UNFILTERED)
                .filter(probe -> known.stream()
                        .noneMatch(each -> each.breaks()
                                && (each.object().equals(probe.role())
                                        || (each.object() + " ").startsWith(probe.object() + " "))))
                .map(probe -> Violation.of(
                        rule,
                        rule.severity(),
                        probe.object() + " " + probe.role(),
                        "as " + probe.role() + ", " + probe.object() + ": " + probe.detail(),
                        List.of(probe.role()),
                        null))
                .toList();
    }

    private static int number(String id) {
        return Integer.parseInt(id.substring(1));
    }

    private static Verdict verdict(Isolation isolation, List<Violation> open, List<String> unchecked) {
        if (isolation.layout.kinds().isEmpty()) {
            return Verdict.NONE;
        }
        if (isolation.layout.certain() && open.stream().anyMatch(Violation::breaks)) {
            return Verdict.VIOLATED;
        }
        return unchecked.isEmpty() && isolation.layout.certain() ? Verdict.ISOLATED : Verdict.INCONCLUSIVE;
    }

    private static List<String> unchecked(Isolation isolation, List<Violation> open, Instant now) {
        List<String> unchecked = new ArrayList<>();
        for (Map.Entry<String, Long> kind : isolation.catalog.unread().entrySet()) {
            unchecked.add("only the first " + kind.getValue() + " " + kind.getKey() + " were read");
        }
        if (!isolation.layout.certain()) {
            unchecked.add(
                    "the layout is presumed from names; tenancy.column, tenancy.schemas or tenancy.databases confirms it");
        }
        if (isolation.roles.isEmpty()) {
            unchecked.add("no role of an application was seen, and none that could connect");
        } else if (isolation.roles.stream().allMatch(role -> role.source() == Isolation.Source.POSSIBLE)) {
            unchecked.add("no role of an application was seen to connect yet; those that may are judged");
        }
        if (isolation.moreRoles > 0) {
            unchecked.add(isolation.moreRoles + " further roles are not judged");
        }
        isolation.tables.stream()
                .filter(table -> isolation.policies(table).stream().anyMatch(TenantCatalog.PolicyRow::unread))
                .forEach(table -> unchecked.add("the policies of " + table.label() + " were not read: it was locked"));
        open.stream()
                .filter(each -> each.rule().equals("unscoped-read") && each.severity() == Severity.LOW)
                .forEach(each -> unchecked.add(each.observed()));
        List<String> children = isolation.unjudged(now);
        if (!children.isEmpty()) {
            unchecked.add(
                    "tables without the tenant column and without row-level security that refer to tables of tenants: "
                            + String.join(", ", children));
        }
        return unchecked;
    }

    private static RoleView role(Isolation.AppRole role) {
        return new RoleView(
                role.name(),
                role.source(),
                role.from(),
                role.role().superuser(),
                role.role().bypass());
    }

    private static List<Line> lines(Isolation isolation) {
        return isolation.tables.stream()
                .map(table -> new Line(
                        table.label(),
                        isolation.column(table) != null,
                        table.rowSecurity(),
                        table.forced(),
                        isolation.roles.stream()
                                .map(role -> cell(isolation, role, table))
                                .toList()))
                .sorted(Comparator.comparing(Line::worst).reversed().thenComparing(Line::table))
                .toList();
    }

    private static Cell cell(Isolation isolation, Isolation.AppRole role, TenantCatalog.Relation table) {
        Access access = isolation.access(role.oid(), table);
        return new Cell(role.name(), access, access == Access.ENFORCED ? isolation.reads(role.oid(), table) : null);
    }
}
