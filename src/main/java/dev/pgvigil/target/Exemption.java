package dev.pgvigil.target;

import org.jspecify.annotations.Nullable;

/**
 * Sessions that a check excludes from its evaluation: {@code checks.<check>.exempt} in the configuration.
 *
 * @param application pattern of their {@code application_name}; null: any
 * @param role pattern of their role's name; null: any
 * @param reason shown wherever the exemption applies
 */
public record Exemption(
        @Nullable Glob application, @Nullable Glob role, String reason) {

    public boolean matches(@Nullable String applicationName, @Nullable String usename) {
        return matches(application, applicationName) && matches(role, usename);
    }

    private static boolean matches(@Nullable Glob pattern, @Nullable String name) {
        return pattern == null || (name != null && pattern.matches(name));
    }
}
