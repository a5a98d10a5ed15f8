package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.DatabaseRow;
import jakarta.inject.Singleton;
import java.util.List;

/** An application role of this database may connect to the database of another tenant. */
@Singleton
final class ForeignDatabaseConnect implements IsolationRule {

    @Override
    public String id() {
        return "T19";
    }

    @Override
    public String name() {
        return "foreign-database-connect";
    }

    @Override
    public Severity severity() {
        return Severity.HIGH;
    }

    @Override
    public String title() {
        return "Role of one tenant may connect to the database of another";
    }

    @Override
    public String cause() {
        return "PUBLIC may connect to every new database.";
    }

    @Override
    public String action() {
        return "Revoke CONNECT from PUBLIC on each database of a tenant, and grant it to its own role.";
    }

    private static final int MOST_NAMED = 20;

    @Override
    public List<Violation> find(Isolation isolation) {
        List<DatabaseRow> foreign = isolation.catalog.databases().stream()
                .filter(database -> isolation.layout.databases().contains(database.oid())
                        && database.oid() != isolation.catalog.database())
                .toList();
        return isolation.roles.stream()
                .filter(role -> !role.role().superuser())
                .filter(role ->
                        foreign.stream().anyMatch(database -> isolation.privileges.connects(role.oid(), database)))
                .map(role -> violation(isolation, role, foreign))
                .toList();
    }

    private Violation violation(Isolation isolation, AppRole role, List<DatabaseRow> foreign) {
        List<DatabaseRow> open = foreign.stream()
                .filter(database -> isolation.privileges.connects(role.oid(), database))
                .toList();
        boolean shared =
                open.stream().anyMatch(database -> isolation.privileges.hasPrivilegesOf(role.oid(), database.owner()));
        Repair repair = new Repair(isolation);
        return Violation.of(
                this,
                shared ? Severity.MEDIUM : severity(),
                role.name(),
                role.name() + " may connect to " + open.size() + " databases of other tenants: "
                        + String.join(
                                ", ",
                                open.stream()
                                        .limit(MOST_NAMED)
                                        .map(DatabaseRow::name)
                                        .toList()),
                List.of(role.name()),
                open.stream()
                        .limit(MOST_NAMED)
                        .map(database -> repair.revoke(
                                "connect",
                                "database " + Sql.identifier(database.name()),
                                database.acl(),
                                List.of(role)))
                        .reduce(Repair::lines)
                        .orElse(null));
    }
}
