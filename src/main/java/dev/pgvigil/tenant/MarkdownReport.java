package dev.pgvigil.tenant;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.check.IsolationVerdict.Verdict;
import dev.pgvigil.tenant.IsolationState.Cell;
import dev.pgvigil.tenant.IsolationState.Line;
import java.util.List;
import java.util.Locale;

/** The report as a document that people read and print. The same state gives the same text. Pure. */
final class MarkdownReport {

    private static final int MOST_ROLES = 12;

    private final StringBuilder out = new StringBuilder();
    private final IsolationState state;

    private MarkdownReport(IsolationState state) {
        this.state = state;
    }

    /** The document without the line of its digest. */
    static String body(String database, IsolationState state, boolean current) {
        return new MarkdownReport(state).text(database, current);
    }

    private String text(String database, boolean current) {
        line("# Tenant isolation of " + escaped(database));
        line("");
        line("Verdict: **" + word(current ? state.verdict() : Verdict.INCONCLUSIVE) + "**"
                + (current ? "" : ", because the check does not run; below is what it saw last") + ".");
        line("");
        line(
                "Row visibility by the catalogues of the server. Errors, timing and statistics may tell of other tenants too.");
        coverage();
        section("Violations and weaknesses", state.violations());
        section("Accepted for a time", state.accepted());
        matrix();
        probes();
        history();
        line("");
        return out.toString();
    }

    private void coverage() {
        line("");
        line("## Coverage");
        line("");
        line("- Layout: "
                + (state.kinds().isEmpty()
                        ? "none"
                        : state.kinds().stream().map(MarkdownReport::word).collect(joining(", ")))
                + (state.certain() ? "" : ", presumed"));
        state.evidence().forEach(each -> line("- " + escaped(each)));
        line("- Catalogues of " + state.coverage().readAt() + ", unchanged since");
        line("- " + state.coverage().tables() + " tables, " + state.coverage().tenantSchemas() + " schemas, "
                + state.coverage().tenantDatabases() + " databases of tenants; "
                + state.roles().size() + " roles; "
                + state.coverage().rules() + " rules");
        state.coverage().unchecked().forEach(each -> line("- Not checked: " + escaped(each)));
        state.coverage().notes().forEach(each -> line("- Note: " + escaped(each)));
    }

    private void section(String title, List<Violation> violations) {
        line("");
        line("## " + title);
        line("");
        if (violations.isEmpty()) {
            line("None.");
        }
        for (Violation each : violations) {
            line("- **" + word(each.severity()) + "** " + each.id() + " " + each.rule() + ": "
                    + escaped(each.observed())
                    + (each.acceptedReason() == null
                            ? ""
                            : " (accepted until " + each.acceptedUntil() + ": " + escaped(each.acceptedReason())
                                    + ")"));
            if (each.sql() != null && each.acceptedReason() == null) {
                line("");
                line("  ```sql");
                each.sql().lines().forEach(sql -> line("  " + sql));
                line("  ```");
            }
        }
    }

    private void matrix() {
        if (state.matrix().isEmpty()) {
            return;
        }
        List<String> roles = state.roles().stream()
                .map(IsolationState.RoleView::name)
                .limit(MOST_ROLES)
                .toList();
        line("");
        line("## Matrix");
        line("");
        line("| Table | " + roles.stream().map(MarkdownReport::escaped).collect(joining(" | ")) + " |");
        line("|---|" + "---|".repeat(roles.size()));
        for (Line each : state.matrix()) {
            line("| " + escaped(each.table()) + " | "
                    + each.cells().stream()
                            .limit(MOST_ROLES)
                            .map(MarkdownReport::cell)
                            .collect(joining(" | "))
                    + " |");
        }
        if (state.moreTables() > 0) {
            line("");
            line(state.moreTables() + " more tables.");
        }
    }

    private void probes() {
        if (state.probes().isEmpty()) {
            return;
        }
        line("");
        line("## Probes");
        line("");
        state.probes()
                .forEach(each -> line("- " + escaped(each.role()) + " " + escaped(each.object()) + " ("
                        + word(each.form()) + "): " + word(each.outcome()) + ", " + escaped(each.detail())));
    }

    private static String cell(Cell cell) {
        return word(cell.access()) + (cell.reads() == null ? "" : ", " + word(cell.reads()));
    }

    private void history() {
        line("");
        line("## History");
        line("");
        state.history()
                .forEach(each -> line("- " + each.at() + " " + word(each.verdict()) + ", " + each.violations()
                        + " violations and weaknesses"));
        state.timeline()
                .forEach(each -> line("- " + each.at() + " " + each.rule() + " of " + escaped(each.object())
                        + (each.appeared() ? " appeared" : " is gone")));
    }

    private void line(String text) {
        out.append(text).append('\n');
    }

    private static String word(Object constant) {
        return constant.toString().toLowerCase(Locale.ROOT);
    }

    /** Names may have any characters. */
    private static String escaped(String text) {
        return text.replaceAll("([\\\\`*_|<>\\[\\]])", "\\\\$1").replaceAll("[\\r\\n]+", " ");
    }
}
