package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.Membership;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An application role is a superuser or has BYPASSRLS, or can become such a role; before 16 also one with CREATEROLE. */
@Singleton
final class BypassingRole implements IsolationRule {

    @Override
    public String id() {
        return "T4";
    }

    @Override
    public String name() {
        return "bypassing-role";
    }

    @Override
    public Severity severity() {
        return Severity.CRITICAL;
    }

    @Override
    public String title() {
        return "Application role bypasses row-level security";
    }

    @Override
    public String cause() {
        return "Row-level security never applies to superusers and to roles with BYPASSRLS. The attribute is "
                + "not inherited, but a role that is granted can be taken with SET ROLE.";
    }

    @Override
    public String action() {
        return "Take the attribute or the membership from the role, or name it in tenancy.administrators if no "
                + "application uses it.";
    }

    private static final int GRANTS_NEED_ADMIN_SINCE = 16;

    @Override
    public List<Violation> find(Isolation isolation) {
        List<Violation> found = new ArrayList<>();
        if (isolation.layout.column() == null) {
            return found;
        }
        for (AppRole role : isolation.roles) {
            String attribute =
                    role.role().superuser() ? "SUPERUSER" : role.role().bypass() ? "BYPASSRLS" : null;
            if (attribute != null) {
                found.add(violation(isolation, role, attribute));
            } else if (role.role().createRole() && isolation.catalog.major() < GRANTS_NEED_ADMIN_SINCE) {
                found.add(Violation.of(
                        this,
                        Severity.HIGH,
                        role.name(),
                        role.name() + " has CREATEROLE, with which it can grant itself every role before PostgreSQL 16",
                        List.of(role.name()),
                        "alter role " + Sql.identifier(role.name()) + " nocreaterole;"));
            }
        }
        return found;
    }

    private Violation violation(Isolation isolation, AppRole role, String attribute) {
        String from = role.from();
        return Violation.of(
                this,
                severity(),
                role.name(),
                role.name() + " has " + attribute
                        + (from == null ? "" : ", and " + from + " can become it with SET ROLE"),
                List.of(role.name()),
                from == null
                        ? "alter role " + Sql.identifier(role.name())
                                + (attribute.equals("SUPERUSER") ? " nosuperuser nobypassrls;" : " nobypassrls;")
                        : revoke(isolation, role));
    }

    private static @Nullable String revoke(Isolation isolation, AppRole role) {
        return isolation.catalog.memberships().stream()
                .filter(each -> each.role() == role.oid())
                .map(Membership::member)
                .filter(member -> isolation.roles.stream()
                        .anyMatch(app -> app.from() == null
                                && isolation.privileges.settable(app.oid()).contains(member)))
                .distinct()
                .map(member -> "revoke " + Sql.identifier(role.name()) + " from "
                        + Sql.identifier(isolation.role(member)) + ";")
                .sorted()
                .collect(Collectors.joining("\n"));
    }
}
