package dev.pgvigil.check.storage;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.storage.TableSizes.Table;
import dev.pgvigil.check.storage.TableSizes.Tables;
import jakarta.inject.Singleton;

/** Shows the largest tables of a database. */
@Singleton
final class TableSizesPanel extends TablePanel<Tables> {

    TableSizesPanel() {
        super(Tab.STORAGE, "table-sizes", "Largest tables", TableSizes.NAME, Tables.class);
    }

    @Override
    protected PanelTable table(Tables seen) {
        PanelTable table = PanelTable.of(
                "Sizes with indexes and TOAST tables.",
                "The largest tables of the database",
                "Table",
                "#Size",
                "#Indexes",
                "#Rows",
                "#Sequential scans",
                "#Index scans",
                "#HOT updates");
        for (Table one : seen.tables()) {
            Double hot = one.hotRatio();
            table = table.row(
                    one.schema() + "." + one.name(),
                    one.locked() ? "locked: size at the last vacuum" : null,
                    HumanFormat.bytes(one.bytes()),
                    HumanFormat.bytes(one.indexBytes()),
                    HumanFormat.large(one.rows()),
                    HumanFormat.large(one.seqScans()),
                    HumanFormat.large(one.indexScans()),
                    hot == null ? HumanFormat.UNKNOWN : HumanFormat.percent(hot));
        }
        return table;
    }
}
