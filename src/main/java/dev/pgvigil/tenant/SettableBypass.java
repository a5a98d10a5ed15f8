package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.PolicyRow;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A policy that compares a custom setting with a constant instead of the tenant column. */
@Singleton
final class SettableBypass implements IsolationRule {

    @Override
    public String id() {
        return "T7";
    }

    @Override
    public String name() {
        return "settable-bypass";
    }

    @Override
    public Severity severity() {
        return Severity.HIGH;
    }

    @Override
    public String title() {
        return "Policy is opened by a setting";
    }

    @Override
    public String cause() {
        return "Every session may set a custom setting, so that a policy that is opened by one is opened by "
                + "whoever can run a statement.";
    }

    @Override
    public String action() {
        return "Remove the condition; give the task that needs all tenants a role of its own.";
    }

    private static final String CONSTANT = "(?:\\)::\\w+)?\\)? (?:=|<>) (?:'[^']*'(?:::\\w+)?|true|\\d+)";

    private static final Pattern HOLE = Pattern.compile(
            "current_setting\\('\\w+(?:\\.\\w+)+'::text(?:, (?:true|false))?\\)" + CONSTANT, Pattern.CASE_INSENSITIVE);

    @Override
    public List<Violation> find(Isolation isolation) {
        Repair repair = new Repair(isolation);
        List<Violation> found = new ArrayList<>();
        for (Relation table : isolation.tables) {
            for (PolicyRow policy : isolation.policies(table)) {
                List<AppRole> roles = isolation.roles.stream()
                        .filter(role -> isolation.access(role.oid(), table) == Access.ENFORCED
                                && (policy.roles().contains(Privileges.PUBLIC)
                                        || policy.roles().stream()
                                                .anyMatch(each ->
                                                        isolation.privileges.hasPrivilegesOf(role.oid(), each))))
                        .toList();
                boolean using =
                        policy.using() != null && HOLE.matcher(policy.using()).find();
                boolean check =
                        policy.check() != null && HOLE.matcher(policy.check()).find();
                if (policy.permissive() && (using || check) && !roles.isEmpty()) {
                    found.add(Violation.of(
                            this,
                            severity(),
                            table.label() + " " + policy.name(),
                            "policy " + policy.name() + " of " + table.label()
                                    + " is opened by a setting that every session may change",
                            Repair.names(roles),
                            PolicyScope.of(policy.using(), policy, isolation.column(table)) == PolicyScope.SCOPED
                                            || isolation.policies(table).size() == 1
                                    ? repair.alter(table, policy, using, check)
                                    : repair.drop(table, policy)));
                }
            }
        }
        return found;
    }
}
