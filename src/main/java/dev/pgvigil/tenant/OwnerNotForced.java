package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.Isolation.AppRole;
import jakarta.inject.Singleton;
import java.util.List;

/** An application role has the privileges of the owner, and row-level security is not forced. */
@Singleton
final class OwnerNotForced implements IsolationRule {

    @Override
    public String id() {
        return "T3";
    }

    @Override
    public String name() {
        return "owner-not-forced";
    }

    @Override
    public Severity severity() {
        return Severity.CRITICAL;
    }

    @Override
    public String title() {
        return "Application owns a table whose policies spare the owner";
    }

    @Override
    public String cause() {
        return "Policies do not apply to the owner of a table, and to roles that inherit its privileges, unless"
                + " row-level security is forced.";
    }

    @Override
    public String action() {
        return "Force row-level security; or let the application connect as a role that does not own tables.";
    }

    @Override
    public List<Violation> find(Isolation isolation) {
        Repair repair = new Repair(isolation);
        return isolation.tables.stream()
                .filter(table -> !isolation.rolesWith(table, Access.OWNER).isEmpty())
                .map(table -> {
                    List<AppRole> roles = isolation.rolesWith(table, Access.OWNER);
                    return Violation.of(
                            this,
                            severity(),
                            table.label(),
                            Repair.listed(roles) + " has the privileges of " + isolation.role(table.owner())
                                    + ", who owns " + table.label(),
                            Repair.names(roles),
                            repair.force(table));
                })
                .toList();
    }
}
