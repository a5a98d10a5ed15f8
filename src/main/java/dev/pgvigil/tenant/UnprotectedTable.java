package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import jakarta.inject.Singleton;
import java.util.List;

/** A table with a tenant column that the application may use, without row-level security and without policies. */
@Singleton
final class UnprotectedTable implements IsolationRule {

    @Override
    public String id() {
        return "T1";
    }

    @Override
    public String name() {
        return "unprotected-table";
    }

    @Override
    public Severity severity() {
        return Severity.CRITICAL;
    }

    @Override
    public String title() {
        return "Table of tenants without row-level security";
    }

    @Override
    public String cause() {
        return "The table has a tenant column and neither row-level security nor a policy. Often it is new, and"
                + " its migration forgot them.";
    }

    @Override
    public String action() {
        return "Enable row-level security and create a policy; or accept the table in tenancy.allow if its rows"
                + " belong to no tenant.";
    }

    @Override
    public List<Violation> find(Isolation isolation) {
        Repair repair = new Repair(isolation);
        return isolation.tables.stream()
                .filter(table -> !table.rowSecurity()
                        && isolation.policies(table).isEmpty()
                        && isolation.column(table) != null
                        && !table.partition())
                .filter(table -> !isolation.rolesWith(table, Access.OPEN).isEmpty())
                .map(table -> violation(isolation, repair, table))
                .toList();
    }

    private Violation violation(Isolation isolation, Repair repair, Relation table) {
        List<AppRole> roles = isolation.rolesWith(table, Access.OPEN);
        boolean owner =
                roles.stream().anyMatch(role -> isolation.privileges.hasPrivilegesOf(role.oid(), table.owner()));
        return Violation.of(
                this,
                severity(),
                table.label(),
                table.label() + " has the tenant column " + isolation.layout.column() + "; " + Repair.listed(roles)
                        + " can use rows of every tenant",
                Repair.names(roles),
                Repair.lines(repair.create(table), repair.enable(table), owner ? repair.force(table) : null));
    }
}
