package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.RoleSetting;
import dev.pgvigil.tenant.TenantCatalog.Schema;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** PUBLIC may create objects in a schema of the search path of an application role. */
@Singleton
final class WritableSearchPath implements IsolationRule {

    @Override
    public String id() {
        return "T20";
    }

    @Override
    public String name() {
        return "writable-search-path";
    }

    @Override
    public Severity severity() {
        return Severity.MEDIUM;
    }

    @Override
    public String title() {
        return "Everybody may create objects in the search path";
    }

    @Override
    public String cause() {
        return "A function or operator that anybody creates there can be called by statements of others, with "
                + "their privileges. It is the default before PostgreSQL 15.";
    }

    @Override
    public String action() {
        return "Revoke CREATE on the schema from PUBLIC.";
    }

    @Override
    public List<Violation> find(Isolation isolation) {
        return isolation.catalog.schemas().values().stream()
                .filter(schema -> schema.acl()
                        .grants()
                        .getOrDefault(Privileges.PUBLIC, Set.of())
                        .contains("CREATE"))
                .filter(schema -> isolation.roles.stream()
                        .anyMatch(role -> path(isolation, role).contains(schema.name())))
                .sorted(Comparator.comparing(Schema::name))
                .map(schema -> Violation.of(
                        this,
                        severity(),
                        schema.name(),
                        "everybody may create objects in schema " + schema.name(),
                        isolation.roles.stream()
                                .filter(role -> path(isolation, role).contains(schema.name()))
                                .map(AppRole::name)
                                .toList(),
                        "revoke create on schema " + Sql.identifier(schema.name()) + " from public;"))
                .toList();
    }

    /** The schemas of the role's search path: the default, or all that settings name. */
    private static Set<String> path(Isolation isolation, AppRole role) {
        Set<String> names = new HashSet<>();
        for (RoleSetting setting : isolation.catalog.settings()) {
            boolean applies = (setting.role() == 0 || setting.role() == role.oid())
                    && (setting.database() == 0 || setting.database() == isolation.catalog.database());
            if (applies && setting.name().equals("search_path")) {
                for (String name : setting.value().split(",", -1)) {
                    names.add(name.replace("\"", "").strip());
                }
            }
        }
        return names.isEmpty() ? Set.of("public", role.name()) : names;
    }
}
