package dev.pgvigil.tenant;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a database separates its tenants, and why pgvigil thinks so. A database may have more than one layout.
 *
 * @param certain whether it is configured, or follows from policies or privileges, and not from names alone
 * @param column the tenant column of shared tables; null: no shared tables of tenants are known
 * @param context the setting from which policies take the tenant; null: none was found
 * @param schemas oids of the schemas of tenants
 * @param databases oids of the databases of tenants
 * @param root oid of the table that lists the tenants; null: unknown
 * @param evidence sentences
 */
record Layout(
        boolean certain,
        @Nullable String column,
        @Nullable String context,
        Set<Long> schemas,
        Set<Long> databases,
        @Nullable Long root,
        List<String> evidence) {

    /** The layout that the configuration asks for. */
    enum Wanted {
        AUTO,
        ROWS,
        SCHEMAS,
        DATABASES,
        NONE
    }

    /** A layout. */
    enum Kind {
        /** Shared tables with a tenant column. */
        ROWS,
        /** A schema for each tenant. */
        SCHEMAS,
        /** A database for each tenant. */
        DATABASES
    }

    Layout {
        schemas = Set.copyOf(schemas);
        databases = Set.copyOf(databases);
        evidence = List.copyOf(evidence);
    }

    List<Kind> kinds() {
        return List.of(Kind.values()).stream()
                .filter(kind -> switch (kind) {
                    case ROWS -> column != null;
                    case SCHEMAS -> !schemas.isEmpty();
                    case DATABASES -> !databases.isEmpty();
                })
                .toList();
    }
}
