package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.TenantCatalog.PolicyRow;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
        return PolicyHole.find(isolation, HOLE).stream()
                .map(hole -> hole.violation(
                        this, "is opened by a setting that every session may change", repair(isolation, repair, hole)))
                .toList();
    }

    /** What is left of the policy without the condition, or nothing. */
    private static @Nullable String repair(Isolation isolation, Repair repair, PolicyHole hole) {
        PolicyRow policy = hole.policy();
        boolean needed = PolicyScope.of(policy.using(), policy, isolation.column(hole.table())) == PolicyScope.SCOPED
                || isolation.policies(hole.table()).size() == 1;
        return needed
                ? repair.alter(hole.table(), policy, hole.using(), hole.check())
                : repair.drop(hole.table(), policy);
    }
}
