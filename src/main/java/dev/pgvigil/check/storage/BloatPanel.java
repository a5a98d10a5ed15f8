package dev.pgvigil.check.storage;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.storage.Bloat.Table;
import dev.pgvigil.check.storage.Bloat.Tables;
import jakarta.inject.Singleton;

/** Shows the estimated empty space of the largest tables. */
@Singleton
final class BloatPanel extends TablePanel<Tables> {

    BloatPanel() {
        super(Tab.STORAGE, "bloat", "Empty space in tables", Bloat.NAME, Tables.class);
    }

    @Override
    protected PanelTable table(Tables seen) {
        PanelTable table = PanelTable.of(
                seen.unknown() == 0
                        ? "Estimated from the statistics of the planner."
                        : HumanFormat.count(seen.unknown(), "table")
                                + " unknown, because statistics are missing or may not be read.",
                "Estimated empty space of the largest tables",
                "Table",
                "#Size",
                "#Empty",
                "#Share");
        for (Table one : seen.tables()) {
            boolean known = one.emptyBytes() != null;
            table = table.row(
                    one.schema() + "." + one.name(),
                    null,
                    HumanFormat.bytes(one.bytes()),
                    known ? HumanFormat.bytes(one.empty()) : HumanFormat.UNKNOWN,
                    known ? HumanFormat.percent(one.ratio()) : HumanFormat.UNKNOWN);
        }
        return table;
    }
}
