package dev.pgvigil.tenant;

import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.PolicyRow;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A permissive policy of which a condition has a part that opens it.
 *
 * @param roles of applications, for which it is in force
 * @param using whether the condition for rows that are read has it
 * @param check whether the condition for rows that are written has it
 */
record PolicyHole(Relation table, PolicyRow policy, List<AppRole> roles, boolean using, boolean check) {

    /** The policies that have such a part. */
    static List<PolicyHole> find(Isolation isolation, Pattern part) {
        List<PolicyHole> found = new ArrayList<>();
        for (Relation table : isolation.tables) {
            for (PolicyRow policy : isolation.policies(table)) {
                List<AppRole> roles = isolation.rolesWith(table, Access.ENFORCED).stream()
                        .filter(role -> isolation.concerns(policy, role.oid()))
                        .toList();
                boolean using = has(policy.using(), part);
                boolean check = has(policy.check(), part);
                if (policy.permissive() && (using || check) && !roles.isEmpty()) {
                    found.add(new PolicyHole(table, policy, roles, using, check));
                }
            }
        }
        return found;
    }

    private static boolean has(@Nullable String condition, Pattern part) {
        return condition != null && part.matcher(condition).find();
    }

    /** The policy and its table, for people. */
    String name() {
        return "policy " + policy.name() + " of " + table.label();
    }

    /** The violation of a rule, with the statements that close the hole. */
    Violation violation(IsolationRule rule, String observed, @Nullable String sql) {
        return Violation.of(
                rule,
                rule.severity(),
                table.label() + " " + policy.name(),
                name() + " " + observed,
                Repair.names(roles),
                sql);
    }
}
