package dev.pgvigil.check.storage;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.storage.Checkpoints.Activity;
import dev.pgvigil.check.storage.Checkpoints.Growth;
import jakarta.inject.Singleton;

/** Shows checkpoints and WAL of the last hour and since the counters were reset. */
@Singleton
final class CheckpointsPanel extends TablePanel<Activity> {

    CheckpointsPanel() {
        super(Tab.STORAGE, "checkpoints", "Checkpoints and WAL", Checkpoints.NAME, Activity.class);
    }

    @Override
    protected PanelTable table(Activity seen) {
        PanelTable table = PanelTable.of(
                "The last checkpoint was %s ago; a crash recovery would replay %s of WAL. The directory pg_wal has %s, max_wal_size is %s."
                        .formatted(
                                HumanFormat.seconds(seen.checkpointSecondsAgo()),
                                HumanFormat.bytes(seen.walSinceRedoBytes()),
                                HumanFormat.bytes(seen.walDirectoryBytes()),
                                HumanFormat.bytes(seen.settings().maxWalBytes())),
                "Checkpoints and WAL",
                "Time",
                "#Timed",
                "#Requested",
                "#Write",
                "#Sync",
                "#WAL",
                "#Page images");
        table = row(table, "Last " + HumanFormat.seconds(seen.hour().seconds()), seen.hour());
        return row(table, "Since the counters were reset", new Growth(0, seen.totals()));
    }

    private static PanelTable row(PanelTable table, String name, Growth growth) {
        return table.row(
                name,
                null,
                HumanFormat.large(growth.totals().timed()),
                HumanFormat.large(growth.totals().requested()),
                HumanFormat.seconds(growth.totals().writeSeconds()),
                HumanFormat.seconds(growth.totals().syncSeconds()),
                HumanFormat.bytes(growth.totals().walBytes()),
                HumanFormat.large(growth.totals().fullPageImages()));
    }
}
