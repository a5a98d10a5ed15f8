package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.tenant.Isolation.AppRole;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** A function with SECURITY DEFINER that the application may call, of an owner to whom policies do not apply. */
@Singleton
final class DefinerFunction implements IsolationRule {

    @Override
    public String id() {
        return "T11";
    }

    @Override
    public String name() {
        return "definer-function";
    }

    @Override
    public Severity severity() {
        return Severity.MEDIUM;
    }

    @Override
    public String title() {
        return "Function runs as a role without row-level security";
    }

    @Override
    public String cause() {
        return "A function with SECURITY DEFINER runs as its owner, to whom the policies do not apply. What it "
                + "returns is up to its text.";
    }

    @Override
    public String action() {
        return "Let it run with the privileges of the caller; or read it, make sure that it filters by tenant "
                + "and sets search_path, and accept it in tenancy.allow.";
    }

    @Override
    public List<Violation> find(Isolation isolation) {
        List<Violation> found = new ArrayList<>();
        for (TenantCatalog.DefinerFunction function : isolation.catalog.functions()) {
            boolean unfiltered = isolation.tables.stream()
                    .anyMatch(table -> table.rowSecurity()
                            && isolation.access(function.owner(), table).unfiltered());
            List<AppRole> roles = isolation.roles.stream()
                    .filter(role -> isolation.privileges.executes(role.oid(), function.acl()))
                    .filter(role -> !isolation.privileges.hasPrivilegesOf(role.oid(), function.owner()))
                    .toList();
            if (unfiltered && !roles.isEmpty()) {
                found.add(Violation.of(
                        this,
                        severity(),
                        function.label(),
                        function.label() + " runs as " + isolation.role(function.owner()) + "; " + Repair.listed(roles)
                                + " can call it" + (function.searchPath() ? "" : ", and it does not set search_path"),
                        Repair.names(roles),
                        "alter function " + function.quoted() + " security invoker;"));
            }
        }
        return found;
    }
}
