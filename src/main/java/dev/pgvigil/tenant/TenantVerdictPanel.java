package dev.pgvigil.tenant;

import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import jakarta.inject.Singleton;
import java.util.Locale;

/** Shows the verdict, and the violations and weaknesses, the worst first. */
@Singleton
final class TenantVerdictPanel extends TablePanel<IsolationState> {

    TenantVerdictPanel() {
        super(Tab.TENANTS, "tenant-isolation", "Isolation of tenants", TenantIsolation.NAME, IsolationState.class);
    }

    @Override
    protected PanelTable table(IsolationState observed) {
        PanelTable table = PanelTable.of(
                sentence(observed), "Violations and weaknesses", "Object", "Severity", "Rule", "Observed");
        for (Violation each : observed.violations()) {
            table = table.row(
                    each.object(),
                    each.title(),
                    each.severity().name().toLowerCase(Locale.ROOT),
                    each.id() + " " + each.rule(),
                    each.observed());
        }
        return table;
    }

    static String sentence(IsolationState observed) {
        String unchecked = observed.coverage().unchecked().isEmpty()
                ? ""
                : " Not checked: " + String.join("; ", observed.coverage().unchecked()) + ".";
        return switch (observed.verdict()) {
                    case NONE -> "No tenants are known in this database.";
                    case ISOLATED -> "No role of an application was found that sees rows of another tenant.";
                    case INCONCLUSIVE -> "Inconclusive: no violation is certain, and not everything could be checked.";
                    case VIOLATED -> "Violated: a role of an application can see or change rows of another tenant.";
                }
                + unchecked;
    }
}
