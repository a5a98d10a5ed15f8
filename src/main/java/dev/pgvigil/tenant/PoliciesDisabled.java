package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.Isolation.AppRole;
import jakarta.inject.Singleton;
import java.util.List;

/** A table that has policies, while its row-level security is off. */
@Singleton
final class PoliciesDisabled implements IsolationRule {

    @Override
    public String id() {
        return "T2";
    }

    @Override
    public String name() {
        return "policies-disabled";
    }

    @Override
    public Severity severity() {
        return Severity.CRITICAL;
    }

    @Override
    public String title() {
        return "Policies without row-level security";
    }

    @Override
    public String cause() {
        return "Policies count only while row-level security of the table is enabled, and it is not.";
    }

    @Override
    public String action() {
        return "Enable row-level security.";
    }

    @Override
    public List<Violation> find(Isolation isolation) {
        Repair repair = new Repair(isolation);
        return isolation.tables.stream()
                .filter(table ->
                        !table.rowSecurity() && !isolation.policies(table).isEmpty())
                .map(table -> {
                    List<AppRole> roles = isolation.rolesWith(table, Access.OPEN);
                    boolean owner = roles.stream()
                            .anyMatch(role -> isolation.privileges.hasPrivilegesOf(role.oid(), table.owner()));
                    return Violation.of(
                            this,
                            roles.isEmpty() ? Severity.MEDIUM : severity(),
                            table.label(),
                            table.label() + " has " + isolation.policies(table).size()
                                    + " policies that do not count, because row-level security is off",
                            Repair.names(roles),
                            Repair.lines(repair.enable(table), owner ? repair.force(table) : null));
                })
                .toList();
    }
}
