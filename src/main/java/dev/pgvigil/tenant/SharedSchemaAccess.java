package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.Schema;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** An application role with USAGE on more than one schema of tenants. Milder if no role is kept to one of them. */
@Singleton
final class SharedSchemaAccess implements IsolationRule {

    @Override
    public String id() {
        return "T18";
    }

    @Override
    public String name() {
        return "shared-schema-access";
    }

    @Override
    public Severity severity() {
        return Severity.CRITICAL;
    }

    @Override
    public String title() {
        return "Role may use schemas of several tenants";
    }

    @Override
    public String cause() {
        return "Nothing but search_path keeps the role to the schema of one tenant, and every session may set " + "it.";
    }

    @Override
    public String action() {
        return "Give each tenant a role of its own, or take the schemas of other tenants from this one.";
    }

    private static final int MOST_NAMED = 20;

    @Override
    public List<Violation> find(Isolation isolation) {
        List<Violation> found = new ArrayList<>();
        List<Schema> schemas = isolation.layout.schemas().stream()
                .map(isolation.catalog.schemas()::get)
                .filter(Objects::nonNull)
                .map(Schema.class::cast)
                .sorted(Comparator.comparing(Schema::name))
                .toList();
        boolean separated = isolation.roles.stream()
                .anyMatch(role -> schemas.stream()
                                .filter(schema -> isolation.privileges.usesSchema(role.oid(), schema.oid()))
                                .count()
                        == 1);
        for (AppRole role : isolation.roles) {
            List<Schema> usable = schemas.stream()
                    .filter(schema -> isolation.privileges.usesSchema(role.oid(), schema.oid()))
                    .toList();
            if (usable.size() > 1) {
                found.add(violation(isolation, role, usable, separated));
            }
        }
        return found;
    }

    private Violation violation(Isolation isolation, AppRole role, List<Schema> usable, boolean separated) {
        // The role's own tenant is the schema that it owns, or that has its name.
        List<Schema> foreign = usable.stream()
                .filter(schema -> schema.owner() != role.oid() && !schema.name().equals(role.name()))
                .toList();
        Repair repair = new Repair(isolation);
        return Violation.of(
                this,
                separated ? severity() : Severity.MEDIUM,
                role.name(),
                role.name() + " may use " + usable.size() + " schemas of tenants: "
                        + String.join(
                                ", ",
                                usable.stream()
                                        .limit(MOST_NAMED)
                                        .map(Schema::name)
                                        .toList()),
                List.of(role.name()),
                separated
                        ? foreign.stream()
                                .limit(MOST_NAMED)
                                .map(schema -> repair.revoke(
                                        "usage",
                                        "schema " + Sql.identifier(schema.name()),
                                        schema.acl(),
                                        List.of(role)))
                                .reduce(Repair::lines)
                                .orElse(null)
                        : null);
    }
}
