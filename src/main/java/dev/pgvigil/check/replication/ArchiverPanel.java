package dev.pgvigil.check.replication;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Shows whether a server archives its WAL, and what waits. */
@Singleton
final class ArchiverPanel extends TablePanel<Archiver.Archive> {

    ArchiverPanel() {
        super(Tab.REPLICATION, "archiving", "WAL archiving", Archiver.NAME, Archiver.Archive.class);
    }

    @Override
    protected PanelTable table(Archiver.Archive seen) {
        if (!seen.active()) {
            return PanelTable.of("This server archives no WAL: archive_mode is " + seen.mode() + ".");
        }
        return PanelTable.of(
                        seen.failing()
                                ? "The last attempt failed."
                                : "The last attempt succeeded, or there was none yet.",
                        "WAL archiving",
                        "Files",
                        "#Number",
                        "Last file",
                        "#Ago")
                .row(
                        "archived",
                        "",
                        large(seen.archivedCount()),
                        wal(seen.lastArchivedWal()),
                        seconds(seen.lastArchivedSeconds()))
                .row(
                        "failed attempts",
                        "",
                        large(seen.failedCount()),
                        wal(seen.lastFailedWal()),
                        seconds(seen.lastFailedSeconds()))
                .row(
                        "waiting",
                        "",
                        seen.readyFiles() == null ? HumanFormat.UNKNOWN : large(seen.readyFiles()),
                        HumanFormat.UNKNOWN,
                        seconds(seen.oldestReadySeconds()));
    }

    private static String large(long number) {
        return HumanFormat.large(number);
    }

    private static String wal(@Nullable String name) {
        return HumanFormat.orUnknown(name);
    }

    private static String seconds(@Nullable Double seconds) {
        return seconds == null ? HumanFormat.UNKNOWN : HumanFormat.seconds(Math.max(0, seconds));
    }
}
