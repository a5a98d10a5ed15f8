package dev.pgvigil.check.storage;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.storage.Checksums.Database;
import dev.pgvigil.check.storage.Checksums.Failures;
import jakarta.inject.Singleton;

/** Shows checksum failures, or that there are no checksums. */
@Singleton
final class ChecksumsPanel extends TablePanel<Failures> {

    ChecksumsPanel() {
        super(Tab.STORAGE, "checksums", "Checksums", Checksums.NAME, Failures.class);
    }

    @Override
    protected PanelTable table(Failures failures) {
        if (!failures.enabled()) {
            return PanelTable.of("Whether pages are corrupt is unknown, because data_checksums is off.");
        }
        PanelTable table = PanelTable.of(
                failures.databases().isEmpty() ? "No page with a wrong checksum was read." : "Data on disk is corrupt.",
                "Checksum failures",
                "Database",
                "#Failures",
                "#Last");
        for (Database database : failures.databases()) {
            table = table.row(
                    database.datname() == null ? "shared catalogs" : database.datname(),
                    null,
                    HumanFormat.large(database.failures()),
                    HumanFormat.seconds(database.secondsAgo()) + " ago");
        }
        return table;
    }
}
