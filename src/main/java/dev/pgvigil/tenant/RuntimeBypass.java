package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import jakarta.inject.Singleton;
import java.util.List;

/** A role to which policies do not apply ran a statement on a table of tenants. Found by {@link RuntimeEvidence}, not in the catalogues. */
@Singleton
final class RuntimeBypass implements IsolationRule {

    @Override
    public String id() {
        return "R1";
    }

    @Override
    public String name() {
        return "runtime-bypass";
    }

    @Override
    public Severity severity() {
        return Severity.CRITICAL;
    }

    @Override
    public String title() {
        return "Statement on a table of tenants ran without row-level security";
    }

    @Override
    public String cause() {
        return "The role owns the table or bypasses row-level security, so that the statement saw the rows of "
                + "every tenant.";
    }

    @Override
    public String action() {
        return "Run it as a role to which policies apply; or name the role in tenancy.administrators, or accept"
                + " it in tenancy.allow, if it serves no tenant. It counts until pg_stat_statements forgets the "
                + "statement.";
    }

    @Override
    public List<Violation> find(Isolation isolation) {
        return List.of();
    }
}
