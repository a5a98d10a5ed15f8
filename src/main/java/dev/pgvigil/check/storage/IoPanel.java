package dev.pgvigil.check.storage;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.storage.Io.Database;
import dev.pgvigil.check.storage.Io.Usage;
import jakarta.inject.Singleton;

/** Shows how many reads of each database the cache answers. */
@Singleton
final class IoPanel extends TablePanel<Usage> {

    IoPanel() {
        super(Tab.STORAGE, "io", "Cache and reads", Io.NAME, Usage.class);
    }

    @Override
    protected PanelTable table(Usage usage) {
        PanelTable table = PanelTable.of(
                usage.timed() ? "Reads are timed." : "How long reads take is unknown, because track_io_timing is off.",
                "Reads of the databases of the server, most first",
                "Database",
                "#From cache, last hour",
                "#Reads a second",
                "#Reads",
                "#Mean read");
        for (Database database : usage.databases()) {
            Double ratio = database.hitRatio();
            Double seconds = database.readSeconds();
            table = table.row(
                    database.datname(),
                    null,
                    ratio == null ? HumanFormat.UNKNOWN : HumanFormat.percent(ratio),
                    database.hourSeconds() <= 0
                            ? HumanFormat.UNKNOWN
                            : HumanFormat.large(database.hourReads() / database.hourSeconds()),
                    HumanFormat.large(database.reads()),
                    seconds == null || database.reads() == 0
                            ? HumanFormat.UNKNOWN
                            : HumanFormat.number(seconds * 1000 / database.reads()) + " ms");
        }
        return table;
    }
}
