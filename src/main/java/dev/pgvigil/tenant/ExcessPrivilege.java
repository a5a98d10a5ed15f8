package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** An application role to which policies apply has TRUNCATE, REFERENCES or TRIGGER. */
@Singleton
final class ExcessPrivilege implements IsolationRule {

    @Override
    public String id() {
        return "T13";
    }

    @Override
    public String name() {
        return "excess-privilege";
    }

    @Override
    public Severity severity() {
        return Severity.MEDIUM;
    }

    @Override
    public String title() {
        return "Privilege that row-level security does not filter";
    }

    @Override
    public String cause() {
        return "TRUNCATE removes the rows of every tenant; REFERENCES and TRIGGER let a role look at rows that "
                + "it does not see.";
    }

    @Override
    public String action() {
        return "Take the privileges from the role.";
    }

    private static final List<String> UNFILTERED = List.of("TRUNCATE", "REFERENCES", "TRIGGER");

    @Override
    public List<Violation> find(Isolation isolation) {
        Repair repair = new Repair(isolation);
        return isolation.tables.stream()
                .filter(table ->
                        table.rowSecurity() && !holders(isolation, table).isEmpty())
                .map(table -> {
                    List<AppRole> roles = holders(isolation, table);
                    Set<String> held = new TreeSet<>();
                    UNFILTERED.stream()
                            .filter(privilege -> roles.stream()
                                    .anyMatch(role -> isolation.privileges.on(role.oid(), table, privilege)))
                            .forEach(held::add);
                    return Violation.of(
                            this,
                            severity(),
                            table.label(),
                            Repair.listed(roles) + " has " + String.join(", ", held) + " on " + table.label(),
                            Repair.names(roles),
                            repair.revoke("truncate, references, trigger", table.quoted(), table.acl(), roles));
                })
                .toList();
    }

    private static List<AppRole> holders(Isolation isolation, Relation table) {
        return isolation.roles.stream()
                .filter(role -> isolation.security(role.oid(), table) == Access.ENFORCED
                        && !isolation.privileges.hasPrivilegesOf(role.oid(), table.owner())
                        && UNFILTERED.stream().anyMatch(each -> isolation.privileges.on(role.oid(), table, each)))
                .toList();
    }
}
