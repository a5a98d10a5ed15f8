package dev.pgvigil.check.storage;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.storage.TempFiles.Database;
import dev.pgvigil.check.storage.TempFiles.Live;
import dev.pgvigil.check.storage.TempFiles.Usage;
import jakarta.inject.Singleton;

/** Shows temporary files that exist, and which databases wrote most. */
@Singleton
final class TempFilesPanel extends TablePanel<Usage> {

    TempFilesPanel() {
        super(Tab.STORAGE, "temp-files", "Temporary files", TempFiles.NAME, Usage.class);
    }

    @Override
    protected PanelTable table(Usage usage) {
        PanelTable table = PanelTable.of(
                "%s of temporary files exist. work_mem is %s."
                        .formatted(
                                HumanFormat.bytes(usage.live().stream()
                                        .mapToLong(Live::bytes)
                                        .sum()),
                                HumanFormat.bytes(usage.workMemBytes())),
                "Processes with temporary files, and databases that wrote them",
                "Process or database",
                "#Files",
                "#Size",
                "#Size, last hour",
                "Statement");
        for (Live live : usage.live()) {
            table = table.row(
                    live.pid() == null ? "unknown process" : "pid " + live.pid(),
                    HumanFormat.list(live.usename(), live.applicationName(), live.datname()),
                    HumanFormat.large(live.files()),
                    HumanFormat.bytes(live.bytes()),
                    HumanFormat.UNKNOWN,
                    HumanFormat.orUnknown(live.query()));
        }
        for (Database database : usage.databases()) {
            if (database.files() > 0) {
                table = table.row(
                        database.datname(),
                        "statements that have ended",
                        HumanFormat.large(database.files()),
                        HumanFormat.bytes(database.bytes()),
                        HumanFormat.bytes(database.hourBytes()),
                        "");
            }
        }
        return table;
    }
}
