package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import jakarta.inject.Singleton;
import java.util.List;

/** A table of tenants with at least 10,000 rows without an index that begins with the tenant column. */
@Singleton
final class MissingTenantIndex implements IsolationRule {

    @Override
    public String id() {
        return "T17";
    }

    @Override
    public String name() {
        return "missing-tenant-index";
    }

    @Override
    public Severity severity() {
        return Severity.LOW;
    }

    @Override
    public String title() {
        return "No index begins with the tenant column";
    }

    @Override
    public String cause() {
        return "Every query is filtered by the tenant column, and without an index on it reads the whole table.";
    }

    @Override
    public String action() {
        return "Create the index.";
    }

    private static final double LEAST_ROWS = 10_000;

    @Override
    public List<Violation> find(Isolation isolation) {
        return isolation.tables.stream()
                .filter(table -> table.rows() >= LEAST_ROWS && !table.partition() && isolation.column(table) != null)
                .filter(table -> !indexed(isolation, table))
                .map(table -> Violation.of(
                        this,
                        severity(),
                        table.label(),
                        table.label() + " has about " + Math.round(table.rows()) + " rows and no index on "
                                + isolation.layout.column(),
                        List.of(),
                        "create index " + (table.kind().equals("p") ? "" : "concurrently ") + "on " + table.quoted()
                                + " (" + Sql.identifier(String.valueOf(isolation.layout.column())) + ");"))
                .toList();
    }

    private static boolean indexed(Isolation isolation, Relation table) {
        return isolation.catalog.indexes().stream()
                .anyMatch(index -> index.table() == table.oid()
                        && index.usable()
                        && isolation.hasTenantColumn(table, index.columns(), 0));
    }
}
