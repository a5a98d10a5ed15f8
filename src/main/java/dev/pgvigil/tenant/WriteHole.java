package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.PolicyRow;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A permissive policy for writing whose expression does not depend on the tenant column. USING without WITH CHECK is no hole. */
@Singleton
final class WriteHole implements IsolationRule {

    @Override
    public String id() {
        return "T6";
    }

    @Override
    public String name() {
        return "write-hole";
    }

    @Override
    public Severity severity() {
        return Severity.HIGH;
    }

    @Override
    public String title() {
        return "Policy lets write rows of other tenants";
    }

    @Override
    public String cause() {
        return "New rows are checked by WITH CHECK, and by USING where there is none; UPDATE and DELETE reach "
                + "the rows of USING. One that does not compare the tenant column lets write into other tenants.";
    }

    @Override
    public String action() {
        return "Let the policy compare the tenant column with the tenant of the session.";
    }

    private static final Map<String, String> COMMANDS = Map.of("a", "INSERT", "w", "UPDATE", "d", "DELETE");

    @Override
    public List<Violation> find(Isolation isolation) {
        Repair repair = new Repair(isolation);
        List<Violation> found = new ArrayList<>();
        for (Relation table : isolation.tables) {
            for (PolicyRow policy : isolation.policies(table)) {
                boolean check = hole(isolation, table, policy, policy.check());
                // A policy for all commands that opens reading is reported as such.
                boolean using =
                        (policy.command().equals("w") || policy.command().equals("d"))
                                && hole(isolation, table, policy, policy.using());
                List<AppRole> roles = isolation.roles.stream()
                        .filter(role -> writes(isolation, role, table, policy))
                        .toList();
                if (policy.permissive() && (check || using) && !roles.isEmpty()) {
                    found.add(Violation.of(
                            this,
                            severity(),
                            table.label() + " " + policy.name(),
                            "policy " + policy.name() + " of " + table.label() + " lets " + Repair.listed(roles)
                                    + (check ? " write rows with any " : " change rows of any ")
                                    + (isolation.column(table) == null ? "key" : isolation.layout.column()),
                            Repair.names(roles),
                            repair.alter(table, policy, using, check)));
                }
            }
        }
        return found;
    }

    private static boolean hole(Isolation isolation, Relation table, PolicyRow policy, @Nullable String expression) {
        return PolicyScope.of(expression, policy, isolation.column(table)) == PolicyScope.UNSCOPED;
    }

    /** Whether the policy is what lets the role write: no restrictive one narrows it. */
    private static boolean writes(Isolation isolation, AppRole role, Relation table, PolicyRow policy) {
        return COMMANDS.entrySet().stream()
                .filter(command ->
                        policy.command().equals("*") || policy.command().equals(command.getKey()))
                .anyMatch(command -> isolation.access(role.oid(), table) == Access.ENFORCED
                        && isolation.privileges.on(role.oid(), table, command.getValue())
                        && isolation
                                .policies(role.oid(), table, command.getKey(), true)
                                .contains(policy)
                        && isolation.policies(role.oid(), table, command.getKey(), false).stream()
                                .noneMatch(each -> PolicyScope.of(
                                                each.check() == null ? each.using() : each.check(),
                                                each,
                                                isolation.column(table))
                                        == PolicyScope.SCOPED));
    }
}
