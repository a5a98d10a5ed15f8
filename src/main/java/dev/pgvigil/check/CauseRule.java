package dev.pgvigil.check;

import org.jspecify.annotations.Nullable;

/**
 * One finding can be the cause of another. If both are open for a target, the second is a symptom.
 *
 * @param cause key of the finding that may be the cause; {@code *} at the end stands for any rest
 * @param effect key of the finding that may be its effect, likewise
 * @param because the mechanism, as a clause: "its locks make other sessions wait"
 * @param shared column of evidence, such as {@code pid}, of which both findings must have a value in common; null: none
 */
public record CauseRule(
        String cause,
        String effect,
        String because,
        @Nullable String shared) {

    public static CauseRule of(String cause, String effect, String because) {
        return new CauseRule(cause, effect, because, null);
    }

    /** The rule applies only to findings that name the same object in this column of their evidence. */
    public CauseRule sharing(String column) {
        return new CauseRule(cause, effect, because, column);
    }

    /** Whether the rule connects these findings. */
    public boolean connects(Finding one, Finding other) {
        return matches(cause, one.key()) && matches(effect, other.key()) && isShared(one, other);
    }

    private static boolean matches(String pattern, String key) {
        return pattern.endsWith("*") ? key.startsWith(pattern.substring(0, pattern.length() - 1)) : key.equals(pattern);
    }

    private boolean isShared(Finding one, Finding other) {
        if (shared == null) {
            return true;
        }
        return one.evidence().stream()
                .map(row -> row.get(shared))
                .anyMatch(value ->
                        value != null && other.evidence().stream().anyMatch(row -> value.equals(row.get(shared))));
    }
}
