package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.TenantCatalog.Column;
import dev.pgvigil.tenant.TenantCatalog.ForeignKey;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A foreign key between two tables of tenants that does not compare their tenant columns, or is not validated. */
@Singleton
final class CrossTenantReference implements IsolationRule {

    @Override
    public String id() {
        return "T14";
    }

    @Override
    public String name() {
        return "cross-tenant-reference";
    }

    @Override
    public Severity severity() {
        return Severity.MEDIUM;
    }

    @Override
    public String title() {
        return "Foreign key without the tenant column";
    }

    @Override
    public String cause() {
        return "Foreign keys are checked without row-level security, so that a row of one tenant can refer to a"
                + " row of another.";
    }

    @Override
    public String action() {
        return "Add the tenant column to the foreign key and to what it refers to.";
    }

    @Override
    public List<Violation> find(Isolation isolation) {
        List<Violation> found = new ArrayList<>();
        for (ForeignKey key : isolation.catalog.foreignKeys()) {
            Relation table = isolation.catalog.relations().get(key.table());
            Relation referenced = isolation.catalog.relations().get(key.referenced());
            if (table == null
                    || referenced == null
                    || Long.valueOf(referenced.oid()).equals(isolation.layout.root())) {
                continue;
            }
            Column own = isolation.column(table);
            Column other = isolation.column(referenced);
            if (own != null && other != null) {
                int at = key.columns().indexOf(own.number());
                boolean compares = at >= 0 && key.to().get(at) == other.number();
                if (!compares || !key.validated()) {
                    found.add(violation(key, table, referenced, own, other, compares));
                }
            }
        }
        return found;
    }

    private Violation violation(
            ForeignKey key, Relation table, Relation referenced, Column own, Column other, boolean compares) {
        String name = Sql.identifier(key.name());
        return Violation.of(
                this,
                severity(),
                table.label() + " " + key.name(),
                "foreign key " + key.name() + " of " + table.label() + " to " + referenced.label()
                        + (compares ? " is not validated" : " does not compare " + own.name()),
                List.of(),
                compares
                        ? "alter table " + table.quoted() + " validate constraint " + name + ";"
                        : "alter table " + referenced.quoted() + " add unique (" + columns(other.name(), key.toNames())
                                + ");\nalter table " + table.quoted() + " drop constraint " + name + ", add constraint "
                                + name + " foreign key (" + columns(own.name(), key.names()) + ") references "
                                + referenced.quoted() + " (" + columns(other.name(), key.toNames()) + ");");
    }

    private static String columns(String tenant, List<String> others) {
        return Sql.identifier(tenant) + ", "
                + others.stream().map(Sql::identifier).collect(Collectors.joining(", "));
    }
}
