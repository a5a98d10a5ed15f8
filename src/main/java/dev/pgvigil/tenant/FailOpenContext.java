package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.PolicyRow;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A policy whose condition is true if the session has no tenant. */
@Singleton
final class FailOpenContext implements IsolationRule {

    @Override
    public String id() {
        return "T8";
    }

    @Override
    public String name() {
        return "fail-open-context";
    }

    @Override
    public Severity severity() {
        return Severity.HIGH;
    }

    @Override
    public String title() {
        return "Policy is open without a tenant in the session";
    }

    @Override
    public String cause() {
        return "Where the setting is missing, the condition is true for every row. After a SET LOCAL has ended "
                + "the setting is an empty text, not null.";
    }

    @Override
    public String action() {
        return "Let the policy fail where no tenant is set: current_setting without the second argument.";
    }

    private static final String SETTING = "current_setting\\('[^']+'::text(?:, (?:true|false))?\\)";

    private static final Pattern HOLE = Pattern.compile(
            "(?:" + SETTING + "|NULLIF\\(" + SETTING + ", ''::text\\))(?:\\)::\\w+)? (?:IS NULL|= ''::text)\\)"
                    + "|COALESCE\\([^=]*" + SETTING + "(?:, ''::text\\))?(?:\\)::\\w+)?, \\(?\\w+(?:::\\w+)?\\)",
            Pattern.CASE_INSENSITIVE);

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
                                    + " is true for every row if the session has no tenant",
                            Repair.names(roles),
                            repair.alter(table, policy, using, check)));
                }
            }
        }
        return found;
    }
}
