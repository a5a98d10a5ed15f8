package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.maintenance.Settings.Value;
import dev.pgvigil.check.maintenance.Settings.Values;
import jakarta.inject.Singleton;

/** Shows the settings that the check looks at. */
@Singleton
final class SettingsPanel extends TablePanel<Values> {

    SettingsPanel() {
        super(Tab.MAINTENANCE, "settings", "Settings", Settings.NAME, Values.class);
    }

    @Override
    protected PanelTable table(Values values) {
        PanelTable table = PanelTable.of(
                values.pending().isEmpty()
                        ? "No setting waits for a restart."
                        : HumanFormat.count(values.pending().size(), "setting") + " not in effect before a restart.",
                "Settings that can hurt",
                "Setting",
                "#Value",
                "Unit",
                "Restart");
        for (Value value : values.settings()) {
            table = table.row(
                    value.name(),
                    null,
                    value.value(),
                    value.unit() == null ? "" : value.unit(),
                    value.pendingRestart() ? "pending" : "");
        }
        return table;
    }
}
