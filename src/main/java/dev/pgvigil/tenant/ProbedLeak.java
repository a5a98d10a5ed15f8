package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import jakarta.inject.Singleton;
import java.util.List;

/** The active probe was not filtered, where the catalogue says that policies apply. Found by {@link IsolationProbe}. */
@Singleton
final class ProbedLeak implements IsolationRule {

    @Override
    public String id() {
        return "P1";
    }

    @Override
    public String name() {
        return "probed-leak";
    }

    @Override
    public Severity severity() {
        return Severity.CRITICAL;
    }

    @Override
    public String title() {
        return "Probe saw what policies should hide";
    }

    @Override
    public String cause() {
        return "The server did not filter for the role what the catalogue says is filtered, or a row of another"
                + " tenant was visible.";
    }

    @Override
    public String action() {
        return "Compare the policies of the table with the setting that the application uses; close the hole, "
                + "and see the probe filtered.";
    }

    @Override
    public List<Violation> find(Isolation isolation) {
        return List.of();
    }
}
