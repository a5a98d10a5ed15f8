package dev.pgvigil.tenant;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.Acl;
import dev.pgvigil.tenant.TenantCatalog.Column;
import dev.pgvigil.tenant.TenantCatalog.PolicyRow;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Statements that close holes; one a line. */
record Repair(Isolation isolation) {

    private static final String CONTEXT = "app.tenant_id";

    /** The condition that a row belongs to the tenant of the session; null: the table has no tenant column. */
    @Nullable
    String condition(Relation table) {
        Column column = isolation.column(table);
        if (column == null) {
            return null;
        }
        String context = isolation.layout.context() == null ? CONTEXT : isolation.layout.context();
        String type = column.type().equals("text") ? "" : "::" + column.type();
        return Sql.identifier(column.name()) + " = (select pg_catalog.current_setting("
                + Sql.literal(context).strip() + ")" + type + ")";
    }

    String enable(Relation table) {
        return "alter table " + table.quoted() + " enable row level security;";
    }

    String force(Relation table) {
        return "alter table " + table.quoted() + " force row level security;";
    }

    @Nullable
    String create(Relation table) {
        String condition = condition(table);
        return condition == null
                ? null
                : "create policy tenant_isolation on " + table.quoted() + " using (" + condition + ");";
    }

    /** The policy with that condition for rows that are read and changed, or for new rows. */
    String alter(Relation table, PolicyRow policy, boolean using, boolean check) {
        String condition = condition(table);
        String place = "policy " + Sql.identifier(policy.name()) + " on " + table.quoted();
        return condition == null
                ? "drop " + place + ";"
                : "alter " + place + (using ? " using (" + condition + ")" : "")
                        + (check ? " with check (" + condition + ")" : "") + ";";
    }

    String drop(Relation table, PolicyRow policy) {
        return "drop policy " + Sql.identifier(policy.name()) + " on " + table.quoted() + ";";
    }

    /** Takes privileges from those who have them and give them to the roles. */
    String revoke(String privilege, String object, Acl acl, List<AppRole> roles) {
        Set<String> grantees = new TreeSet<>();
        acl.grants().forEach((grantee, privileges) -> {
            boolean held = privileges.stream()
                    .anyMatch(Arrays.asList(privilege.toUpperCase(Locale.ROOT).split(", ", -1))::contains);
            boolean theirs = grantee == Privileges.PUBLIC
                    || roles.stream()
                            .anyMatch(role ->
                                    isolation.privileges.inherited(role.oid()).contains(grantee));
            if (held && theirs) {
                grantees.add(grantee == Privileges.PUBLIC ? "public" : Sql.identifier(isolation.role(grantee)));
            }
        });
        return grantees.stream()
                .map(grantee -> "revoke " + privilege + " on " + object + " from " + grantee + ";")
                .collect(joining("\n"));
    }

    static String lines(@Nullable String... statements) {
        List<String> lines = new ArrayList<>();
        for (String statement : statements) {
            if (statement != null && !statement.isEmpty()) {
                lines.add(statement);
            }
        }
        return String.join("\n", lines);
    }

    static List<String> names(List<AppRole> roles) {
        return roles.stream().map(AppRole::name).toList();
    }

    /** {@code app, worker}. */
    static String listed(List<AppRole> roles) {
        return String.join(", ", names(roles));
    }
}
