package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A view that reads a table with row-level security as an owner to whom its policies do not apply. */
@Singleton
final class DefinerView implements IsolationRule {

    @Override
    public String id() {
        return "T9";
    }

    @Override
    public String name() {
        return "definer-view";
    }

    @Override
    public Severity severity() {
        return Severity.HIGH;
    }

    @Override
    public String title() {
        return "View reads every tenant with the privileges of its owner";
    }

    @Override
    public String cause() {
        return "A view reads its tables as its owner, unless it has security_invoker. Policies do not apply to "
                + "this owner.";
    }

    @Override
    public String action() {
        return "Let the view read with the privileges of whoever reads it (15 and newer); or give it an owner "
                + "to whom the policies apply.";
    }

    private static final int INVOKER_SINCE = 15;

    @Override
    public List<Violation> find(Isolation isolation) {
        List<Violation> found = new ArrayList<>();
        for (Map.Entry<Relation, Set<Relation>> entry : isolation.readers().entrySet()) {
            Relation view = entry.getKey();
            List<AppRole> roles = isolation.roles.stream()
                    .filter(role -> isolation.privileges.on(role.oid(), view, "SELECT"))
                    .toList();
            if (view.view() && !view.extension() && !roles.isEmpty()) {
                Set<String> tables = new TreeSet<>();
                Set<Relation> definers = leaking(isolation, view, entry.getValue(), tables);
                if (!definers.isEmpty()) {
                    found.add(violation(isolation, view, definers, tables, roles));
                }
            }
        }
        return found;
    }

    /** The views on the way that read a table as an owner to whom its policies do not apply. */
    private static Set<Relation> leaking(
            Isolation isolation, Relation view, Set<Relation> closure, Set<String> tables) {
        Set<Relation> definers = new HashSet<>();
        List<Relation> views = new ArrayList<>(closure);
        views.add(view);
        for (Relation each : views) {
            if (each.view() && !each.invoker()) {
                isolation.reads(each).stream()
                        .filter(table -> table.table()
                                && table.rowSecurity()
                                && isolation.tables.contains(table)
                                && isolation.security(each.owner(), table).unfiltered())
                        .forEach(table -> {
                            definers.add(each);
                            tables.add(table.label());
                        });
            }
        }
        return definers;
    }

    private Violation violation(
            Isolation isolation, Relation view, Set<Relation> definers, Set<String> tables, List<AppRole> roles) {
        boolean invoker = isolation.catalog.major() >= INVOKER_SINCE;
        return Violation.of(
                this,
                severity(),
                view.label(),
                view.label() + " reads " + String.join(", ", tables) + " as "
                        + isolation.role(definers.iterator().next().owner()) + "; " + Repair.listed(roles)
                        + " can read it",
                Repair.names(roles),
                invoker
                        ? definers.stream()
                                .map(each -> "alter view " + each.quoted() + " set (security_invoker = true);")
                                .sorted()
                                .reduce(Repair::lines)
                                .orElse("")
                        : new Repair(isolation).revoke("select", view.quoted(), view.acl(), roles));
    }
}
