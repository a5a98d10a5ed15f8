package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.TenantCatalog.Column;
import jakarta.inject.Singleton;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A tenant column without NOT NULL and without a valid CHECK. */
@Singleton
final class NullableTenant implements IsolationRule {

    @Override
    public String id() {
        return "T16";
    }

    @Override
    public String name() {
        return "nullable-tenant";
    }

    @Override
    public Severity severity() {
        return Severity.MEDIUM;
    }

    @Override
    public String title() {
        return "Tenant column can be null";
    }

    @Override
    public String cause() {
        return "A row without a tenant belongs to nobody; policies that are written carelessly show it to "
                + "everybody.";
    }

    @Override
    public String action() {
        return "Set the column to NOT NULL, after the rows without a tenant were given one.";
    }

    @Override
    public List<Violation> find(Isolation isolation) {
        return isolation.tables.stream()
                .filter(table -> !table.partition() && nullable(isolation.column(table)))
                .map(table -> Violation.of(
                        this,
                        severity(),
                        table.label(),
                        "column " + isolation.layout.column() + " of " + table.label() + " can be null",
                        List.of(),
                        "alter table " + table.quoted() + " alter column "
                                + Sql.identifier(String.valueOf(isolation.layout.column())) + " set not null;"))
                .toList();
    }

    private static boolean nullable(@Nullable Column column) {
        return column != null && !column.notNull();
    }
}
