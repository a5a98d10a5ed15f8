package dev.pgvigil.tenant;

import dev.pgvigil.check.IsolationVerdict;
import dev.pgvigil.check.Severity;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the isolation of the tenants of a database. It holds names, numbers and texts of statements without values; no row
 * and no tenant.
 *
 * @param kinds layouts that were found; empty: the database has no tenants that are known
 * @param matrix tables with what row-level security does for each role, the worst first, at most {@value #MOST_LINES}
 * @param moreTables number of tables that are not in the matrix
 * @param accepted violations that the configuration accepts for a time
 * @param probes what active probes asked, if they are switched on
 * @param history changes of the verdict since pgvigil began to observe it, oldest first, bounded
 * @param timeline violations that appeared and disappeared, oldest first, bounded
 */
public record IsolationState(
        Verdict verdict,
        List<Layout.Kind> kinds,
        boolean certain,
        @Nullable String tenantColumn,
        @Nullable String context,
        List<String> evidence,
        Coverage coverage,
        List<RoleView> roles,
        List<Line> matrix,
        int moreTables,
        List<Violation> violations,
        List<Violation> accepted,
        List<Probe> probes,
        List<VerdictChange> history,
        List<TimelineEntry> timeline)
        implements IsolationVerdict {

    static final int MOST_LINES = 200;

    /**
     * What was checked, and what was not.
     *
     * @param readAt when the catalogues were read; they have not changed since
     * @param tables number of tables of tenants and of other tables with row-level security
     * @param unchecked sentences: what was not checked, and why, so that the verdict is inconclusive
     * @param notes sentences: what else would be known with an extension or a grant
     */
    public record Coverage(
            @Nullable Instant readAt,
            int tables,
            int tenantSchemas,
            int tenantDatabases,
            int rules,
            List<String> unchecked,
            List<String> notes) {

        public Coverage {
            unchecked = List.copyOf(unchecked);
            notes = List.copyOf(notes);
        }
    }

    /**
     * A role of an application.
     *
     * @param source how it is known
     * @param from the role that connects and can become it; null: it connects itself
     */
    public record RoleView(
            String name, Isolation.Source source, @Nullable String from, boolean superuser, boolean bypassrls) {}

    /** A table in the matrix. */
    public record Line(String table, boolean tenantColumn, boolean rowSecurity, boolean forced, List<Cell> cells) {

        public Line {
            cells = List.copyOf(cells);
        }

        Access worst() {
            return cells.stream()
                    .map(Cell::access)
                    .reduce(Access.NONE, (one, other) -> one.compareTo(other) >= 0 ? one : other);
        }
    }

    /**
     * What row-level security does for a role on a table.
     *
     * @param reads the rows that policies let it read; null: policies do not apply
     */
    public record Cell(String role, Access access, @Nullable PolicyScope reads) {}

    /** What an active probe asked the server. */
    public enum ProbeForm {
        /** Whether policies apply to a table; no table is read. */
        PLAN,
        /** Whether policies apply to what a view reads; no table is read. */
        VIEW,
        /** Whether a row of another tenant is visible. */
        ROWS
    }

    /** What the server answered. */
    public enum ProbeOutcome {
        FILTERED,
        UNFILTERED,
        /** It could not be asked, or a control failed. */
        INCONCLUSIVE
    }

    /**
     * A probe.
     *
     * @param object table or view; empty: all of the role
     */
    public record Probe(String role, String object, ProbeForm form, ProbeOutcome outcome, String detail) {}

    /** From then on the verdict was this one. */
    public record VerdictChange(Instant at, Verdict verdict, int violations) {}

    /** A violation appeared, or disappeared. */
    public record TimelineEntry(Instant at, boolean appeared, String rule, String object) {}

    public IsolationState {
        kinds = List.copyOf(kinds);
        evidence = List.copyOf(evidence);
        roles = List.copyOf(roles);
        matrix = List.copyOf(matrix);
        violations = List.copyOf(violations);
        accepted = List.copyOf(accepted);
        probes = List.copyOf(probes);
        history = List.copyOf(history);
        timeline = List.copyOf(timeline);
    }

    static IsolationState none(@Nullable Instant readAt) {
        return new IsolationState(
                Verdict.NONE,
                List.of(),
                false,
                null,
                null,
                List.of(),
                new Coverage(readAt, 0, 0, 0, 0, List.of(), List.of()),
                List.of(),
                List.of(),
                0,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    IsolationState with(List<VerdictChange> changes, List<TimelineEntry> entries) {
        return new IsolationState(
                verdict,
                kinds,
                certain,
                tenantColumn,
                context,
                evidence,
                coverage,
                roles,
                matrix,
                moreTables,
                violations,
                accepted,
                probes,
                changes,
                entries);
    }

    long count(Severity severity) {
        return violations.stream().filter(each -> each.severity() == severity).count();
    }
}
