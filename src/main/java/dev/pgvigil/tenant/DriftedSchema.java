package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import jakarta.inject.Singleton;
import java.util.List;

/** The schema of a tenant differs from that of most tenants. Found by {@link SchemaDrift}. */
@Singleton
final class DriftedSchema implements IsolationRule {

    @Override
    public String id() {
        return "D1";
    }

    @Override
    public String name() {
        return "drifted-schema";
    }

    @Override
    public Severity severity() {
        return Severity.MEDIUM;
    }

    @Override
    public String title() {
        return "Schema of a tenant differs from the others";
    }

    @Override
    public String cause() {
        return "A migration did not run in the schema of this tenant, ran there alone, or somebody changed the "
                + "schema by hand.";
    }

    @Override
    public String action() {
        return "Compare with the history of migrations of the schema, and bring it to the state of the others.";
    }

    @Override
    public List<Violation> find(Isolation isolation) {
        return List.of();
    }
}
