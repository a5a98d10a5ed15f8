package dev.pgvigil.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a caller may do. Each role includes those before it. */
public enum Role {
    /** Reads everything but the audit log. */
    VIEWER,
    /** Also changes what pgvigil keeps and starts diagnoses. */
    OPERATOR,
    /** Also reads the audit log. */
    ADMIN;

    /** The name of the role that the audit log needs, as Quarkus checks it. */
    public static final String ADMIN_NAME = "admin";

    /** This role and those it includes, by the names that Quarkus checks. */
    Set<String> names() {
        return Arrays.stream(values())
                .filter(role -> role.compareTo(this) <= 0)
                .map(Role::label)
                .collect(Collectors.toSet());
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
