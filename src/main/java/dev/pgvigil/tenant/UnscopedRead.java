package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.PolicyRow;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** A permissive policy for reading that does not depend on the tenant column, and no restrictive one that does. */
@Singleton
final class UnscopedRead implements IsolationRule {

    @Override
    public String id() {
        return "T5";
    }

    @Override
    public String name() {
        return "unscoped-read";
    }

    @Override
    public Severity severity() {
        return Severity.CRITICAL;
    }

    @Override
    public String title() {
        return "Policy lets read rows of every tenant";
    }

    @Override
    public String cause() {
        return "Permissive policies are combined with OR: one that does not compare the tenant column opens the"
                + " table, whatever the others say, unless a restrictive policy narrows it.";
    }

    @Override
    public String action() {
        return "Let the policy compare the tenant column with the tenant of the session.";
    }

    @Override
    public List<Violation> find(Isolation isolation) {
        Repair repair = new Repair(isolation);
        List<Violation> found = new ArrayList<>();
        for (Relation table : isolation.tables) {
            for (PolicyRow policy : isolation.policies(table)) {
                PolicyScope scope = PolicyScope.of(policy.using(), policy, isolation.column(table));
                List<AppRole> roles = isolation.roles.stream()
                        .filter(role -> isolation.access(role.oid(), table) == Access.ENFORCED
                                && isolation.privileges.on(role.oid(), table, "SELECT")
                                && isolation
                                        .policies(role.oid(), table, "r", true)
                                        .contains(policy)
                                && isolation.reads(role.oid(), table).compareTo(PolicyScope.REVIEW) >= 0)
                        .toList();
                if (!roles.isEmpty() && scope.compareTo(PolicyScope.REVIEW) >= 0) {
                    found.add(violation(isolation, repair, table, policy, scope, roles));
                }
            }
        }
        return found;
    }

    private Violation violation(
            Isolation isolation,
            Repair repair,
            Relation table,
            PolicyRow policy,
            PolicyScope scope,
            List<AppRole> roles) {
        boolean review = scope == PolicyScope.REVIEW;
        String column = isolation.column(table) == null ? "a column of the table" : isolation.layout.column();
        return Violation.of(
                this,
                review ? Severity.LOW : severity(),
                table.label() + " " + policy.name(),
                "policy " + policy.name() + " of " + table.label()
                        + (review
                                ? " does not compare " + column + " itself; whether it separates tenants has to be read"
                                : " lets " + Repair.listed(roles) + " read rows whatever their " + column),
                Repair.names(roles),
                review ? null : repair.alter(table, policy, true, false));
    }
}
