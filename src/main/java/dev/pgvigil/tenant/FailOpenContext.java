package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import jakarta.inject.Singleton;
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
        return PolicyHole.find(isolation, HOLE).stream()
                .map(hole -> hole.violation(
                        this,
                        "is true for every row if the session has no tenant",
                        repair.alter(hole.table(), hole.policy(), hole.using(), hole.check())))
                .toList();
    }
}
