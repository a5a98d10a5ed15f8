package dev.pgvigil.check.schema;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.schema.Indexes.Index;
import jakarta.inject.Singleton;

/** Shows the indexes of a database that may be dropped or rebuilt. */
@Singleton
final class IndexesPanel extends TablePanel<Indexes.Listing> {

    IndexesPanel() {
        super(Tab.SCHEMA, "indexes", "Indexes", Indexes.NAME, Indexes.Listing.class);
    }

    @Override
    protected PanelTable table(Indexes.Listing seen) {
        String age = seen.statisticsSeconds() == null
                ? ""
                : " Statistics on use are " + HumanFormat.seconds(seen.statisticsSeconds()) + " old.";
        PanelTable table = PanelTable.of(
                "%s, %s.%s"
                        .formatted(
                                seen.indexes() == 1 ? "1 index" : seen.indexes() + " indexes",
                                HumanFormat.bytes(seen.bytes()),
                                age),
                "Indexes that may be dropped or rebuilt",
                "Index",
                "Table",
                "Why",
                "#Size");
        for (Index index : seen.invalid().indexes()) {
            table = row(table, index, "invalid");
        }
        for (Index index : seen.covered().indexes()) {
            table = row(table, index, "same as " + HumanFormat.orUnknown(index.other()));
        }
        for (Index index : seen.unused().indexes()) {
            table = row(table, index, "never scanned");
        }
        return table;
    }

    private static PanelTable row(PanelTable table, Index index, String why) {
        return table.row(
                index.label(), index.unique() ? "unique" : "", index.relname(), why, HumanFormat.bytes(index.bytes()));
    }
}
