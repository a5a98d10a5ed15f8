package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.TenantCatalog.Index;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A unique index without the tenant column on something else than generated ids. */
@Singleton
final class UniqueAcrossTenants implements IsolationRule {

    @Override
    public String id() {
        return "T15";
    }

    @Override
    public String name() {
        return "unique-across-tenants";
    }

    @Override
    public Severity severity() {
        return Severity.LOW;
    }

    @Override
    public String title() {
        return "Unique value across tenants";
    }

    @Override
    public String cause() {
        return "A duplicate key tells one tenant that another has the same value, although it does not see the "
                + "row.";
    }

    @Override
    public String action() {
        return "Make the value unique within the tenant; or accept it in tenancy.allow where it has to be "
                + "unique, such as a login name.";
    }

    private static final Set<String> IDS = Set.of("smallint", "integer", "bigint", "uuid");

    @Override
    public List<Violation> find(Isolation isolation) {
        List<Violation> found = new ArrayList<>();
        for (Index index : isolation.catalog.indexes()) {
            Relation table = isolation.catalog.relations().get(index.table());
            if (index.unique()
                    && table != null
                    && !table.partition()
                    && isolation.column(table) != null
                    && !isolation.hasTenantColumn(table, index.columns(), -1)
                    && !index.columns().contains(0)
                    && !IDS.containsAll(index.types())) {
                found.add(violation(index, table, String.valueOf(isolation.layout.column())));
            }
        }
        return found;
    }

    private Violation violation(Index index, Relation table, String column) {
        String columns = Sql.identifier(column) + ", "
                + index.names().stream().map(Sql::identifier).collect(Collectors.joining(", "));
        String name = Sql.identifier(index.name());
        return Violation.of(
                this,
                severity(),
                table.label() + " " + index.name(),
                index.name() + " of " + table.label() + " makes " + String.join(", ", index.names())
                        + " unique across tenants",
                List.of(),
                "create unique index concurrently on " + table.quoted() + " (" + columns + ");\n"
                        + (index.constraint()
                                ? "alter table " + table.quoted() + " drop constraint " + name + ";"
                                : "drop index concurrently " + Sql.identifier(table.schemaName()) + "." + name + ";"));
    }
}
