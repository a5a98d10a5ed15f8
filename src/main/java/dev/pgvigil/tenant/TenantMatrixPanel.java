package dev.pgvigil.tenant;

import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.tenant.IsolationState.Cell;
import dev.pgvigil.tenant.IsolationState.Line;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Shows what row-level security does for each role on each table, the worst first. */
@Singleton
final class TenantMatrixPanel extends TablePanel<IsolationState> {

    private static final int MOST_ROLES = 6;

    TenantMatrixPanel() {
        super(Tab.TENANTS, "tenant-matrix", "Roles and tables", TenantIsolation.NAME, IsolationState.class);
    }

    @Override
    protected PanelTable table(IsolationState observed) {
        if (observed.matrix().isEmpty()) {
            return PanelTable.of(TenantVerdictPanel.sentence(observed));
        }
        List<String> titles = new ArrayList<>(List.of("Table"));
        observed.roles().stream()
                .limit(MOST_ROLES)
                .forEach(role -> titles.add(role.name().replaceFirst("^#", " #")));
        PanelTable table = PanelTable.of(
                "What row-level security does for each role, the worst first.",
                "Roles and tables",
                titles.toArray(String[]::new));
        for (Line line : observed.matrix()) {
            table = table.row(
                    line.table(),
                    line.rowSecurity() ? line.forced() ? "forced" : "" : "row-level security is off",
                    line.cells().stream()
                            .limit(MOST_ROLES)
                            .map(TenantMatrixPanel::text)
                            .toArray(String[]::new));
        }
        return table.more(observed.moreTables());
    }

    private static String text(Cell cell) {
        String access = cell.access().name().toLowerCase(Locale.ROOT);
        return cell.reads() == null
                ? access
                : access + ", " + cell.reads().name().toLowerCase(Locale.ROOT);
    }
}
