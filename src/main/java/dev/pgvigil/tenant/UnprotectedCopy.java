package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A materialized view over a table of tenants, or a foreign table with the tenant column. */
@Singleton
final class UnprotectedCopy implements IsolationRule {

    @Override
    public String id() {
        return "T10";
    }

    @Override
    public String name() {
        return "unprotected-copy";
    }

    @Override
    public Severity severity() {
        return Severity.HIGH;
    }

    @Override
    public String title() {
        return "Copy of tables of tenants without row-level security";
    }

    @Override
    public String cause() {
        return "Row-level security does not apply to materialized views and foreign tables: whoever may read "
                + "one reads the rows of every tenant.";
    }

    @Override
    public String action() {
        return "Take the privilege from the role, and let the application read a view that filters by tenant.";
    }

    @Override
    public List<Violation> find(Isolation isolation) {
        List<Violation> found = new ArrayList<>();
        Map<Relation, Set<Relation>> readers = isolation.readers();
        for (Relation relation : isolation.catalog.relations().values()) {
            boolean copy = relation.kind().equals("m")
                    && readers.getOrDefault(relation, Set.of()).stream().anyMatch(isolation.tables::contains);
            boolean foreign = relation.kind().equals("f") && isolation.hasTenantColumn(relation);
            List<AppRole> roles = isolation.roles.stream()
                    .filter(role -> isolation.privileges.on(role.oid(), relation, "SELECT"))
                    .toList();
            if ((copy || foreign) && !relation.extension() && !roles.isEmpty()) {
                found.add(Violation.of(
                        this,
                        severity(),
                        relation.label(),
                        (foreign ? "foreign table " : "materialized view ") + relation.label()
                                + " holds rows of every tenant; " + Repair.listed(roles) + " can read it",
                        Repair.names(roles),
                        new Repair(isolation).revoke("select", relation.quoted(), relation.acl(), roles)));
            }
        }
        return found;
    }
}
