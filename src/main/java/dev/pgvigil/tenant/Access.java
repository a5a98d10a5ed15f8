package dev.pgvigil.tenant;

/** What row-level security does for a role on a table, as the server decides it. */
public enum Access {
    /** The role may neither read nor change the table. */
    NONE,
    /** Policies apply. */
    ENFORCED,
    /** Row-level security is off. */
    OPEN,
    /** The role has the privileges of the table's owner, and row-level security is not forced. */
    OWNER,
    /** The role is a superuser or has BYPASSRLS. */
    BYPASS;

    /** Whether the role sees every row. */
    boolean unfiltered() {
        return switch (this) {
            case NONE, ENFORCED -> false;
            case OPEN, OWNER, BYPASS -> true;
        };
    }
}
