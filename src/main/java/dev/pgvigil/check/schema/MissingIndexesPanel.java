package dev.pgvigil.check.schema;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.schema.MissingIndexes.Table;
import jakarta.inject.Singleton;

/** Shows foreign keys without an index, and sequential scans of the largest tables. */
@Singleton
final class MissingIndexesPanel extends TablePanel<MissingIndexes.Access> {

    MissingIndexesPanel() {
        super(
                Tab.SCHEMA,
                "missing-indexes",
                "Access without an index",
                MissingIndexes.NAME,
                MissingIndexes.Access.class);
    }

    @Override
    protected PanelTable table(MissingIndexes.Access seen) {
        PanelTable table = PanelTable.of(
                seen.keysTotal() == 0
                        ? "Every foreign key whose referenced rows are deleted has an index."
                        : HumanFormat.count(seen.keysTotal(), "foreign key") + " without an index.",
                "Foreign keys without an index, and sequential scans of the largest tables",
                "Table",
                "Foreign key",
                "#Size",
                "#Scans",
                "#Rows each");
        for (MissingIndexes.Key key : seen.keys()) {
            table = table.row(
                    key.schemaname() + "." + key.relname(),
                    "references " + key.referenced(),
                    key.conname() + " (" + key.columns() + ")",
                    HumanFormat.bytes(key.bytes()),
                    HumanFormat.UNKNOWN,
                    HumanFormat.UNKNOWN);
        }
        for (Table scanned : seen.tables()) {
            table = table.row(
                    scanned.label(),
                    "",
                    "",
                    HumanFormat.bytes(scanned.bytes()),
                    HumanFormat.large(scanned.scans()),
                    HumanFormat.large((double) scanned.rowsRead() / Math.max(1, scanned.scans())));
        }
        return table;
    }
}
