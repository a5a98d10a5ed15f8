package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.Isolation.AppRole;
import jakarta.inject.Singleton;
import java.util.List;

/** A partition without row-level security, of a table that has it, on which the application has a privilege. */
@Singleton
final class OpenPartition implements IsolationRule {

    @Override
    public String id() {
        return "T12";
    }

    @Override
    public String name() {
        return "open-partition";
    }

    @Override
    public Severity severity() {
        return Severity.HIGH;
    }

    @Override
    public String title() {
        return "Partition can be read beside the policies of its table";
    }

    @Override
    public String cause() {
        return "Policies of a partitioned table do not apply to a query that names a partition, and this "
                + "partition has no row-level security.";
    }

    @Override
    public String action() {
        return "Enable row-level security on the partition: queries through the table are not affected.";
    }

    @Override
    public List<Violation> find(Isolation isolation) {
        Repair repair = new Repair(isolation);
        return isolation.tables.stream()
                .filter(table -> table.partition() && !table.rowSecurity() && isolation.protectedAbove(table))
                .filter(table -> !isolation.rolesWith(table, Access.OPEN).isEmpty())
                .map(table -> {
                    List<AppRole> roles = isolation.rolesWith(table, Access.OPEN);
                    return Violation.of(
                            this,
                            severity(),
                            table.label(),
                            Repair.listed(roles) + " can name the partition " + table.label(),
                            Repair.names(roles),
                            repair.enable(table));
                })
                .toList();
    }
}
