package dev.pgvigil.tenant;

import dev.pgvigil.tenant.TenantCatalog.Column;
import dev.pgvigil.tenant.TenantCatalog.PolicyRow;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How far the expression of a policy opens a table; from the narrowest to the widest. */
enum PolicyScope {
    /** No row. */
    DENIED,
    /** Rows of the tenant of the session. */
    SCOPED,
    /** It depends on a function, on another table, or on something of the session that is no tenant: people must read it. */
    REVIEW,
    /** Rows of every tenant. */
    UNSCOPED;

    private static final Pattern CONTEXT = Pattern.compile(
            "(?i)current_setting\\(|\\bcurrent_user\\b|\\bsession_user\\b|\\bcurrent_role\\b|\\bsystem_user\\b");

    /** The scope of one expression as the server prints it. */
    static PolicyScope of(@Nullable String expression, PolicyRow policy, @Nullable Column column) {
        if (policy.unread()) {
            return REVIEW;
        }
        if (expression == null || expression.equals("false")) {
            return DENIED;
        }
        if (column != null && policy.columns().contains(column.number()) && mentions(expression, column.name())) {
            return expression.equals("(" + column.name() + " IS NOT NULL)") ? UNSCOPED : SCOPED;
        }
        boolean context = CONTEXT.matcher(expression).find();
        boolean reads = !policy.columns().isEmpty() && !isConstant(expression);
        if (policy.readsOthers() && !isConstant(expression)) {
            return REVIEW;
        }
        if (reads && context) {
            return column == null ? SCOPED : REVIEW;
        }
        return UNSCOPED;
    }

    private static boolean isConstant(String expression) {
        return expression.equals("true");
    }

    static boolean mentions(String expression, String column) {
        return Pattern.compile("(?<![\\w$])" + Pattern.quote(column) + "(?![\\w$])")
                .matcher(expression)
                .find();
    }

    /** Whether the policy depends on the session: its settings, its role, or a function. */
    static boolean usesContext(PolicyRow policy) {
        return policy.readsOthers()
                || Stream.of(policy.using(), policy.check())
                        .anyMatch(text -> text != null && CONTEXT.matcher(text).find());
    }

    /** The wider of two. */
    PolicyScope or(PolicyScope other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
