package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.maintenance.Autovacuum.Worker;
import dev.pgvigil.check.maintenance.Autovacuum.Workers;
import jakarta.inject.Singleton;

/** Shows what the autovacuum workers do. */
@Singleton
final class AutovacuumPanel extends TablePanel<Workers> {

    AutovacuumPanel() {
        super(Tab.MAINTENANCE, "autovacuum", "Autovacuum workers", Autovacuum.NAME, Workers.class);
    }

    @Override
    protected PanelTable table(Workers workers) {
        PanelTable table = PanelTable.of(
                workers.autovacuum() && workers.trackCounts()
                        ? "%d of %d workers run.".formatted(workers.workers().size(), workers.maxWorkers())
                        : "Autovacuum is off.",
                "Autovacuum workers, longest first",
                "Worker",
                "Work",
                "Phase",
                "#Scanned",
                "#For");
        for (Worker worker : workers.workers()) {
            Double seconds = worker.seconds();
            Double scanned = worker.scanned();
            table = table.row(
                    "pid " + worker.pid(),
                    worker.datname(),
                    HumanFormat.orUnknown(worker.work()),
                    HumanFormat.orUnknown(worker.phase()),
                    scanned == null ? HumanFormat.UNKNOWN : HumanFormat.percent(scanned),
                    seconds == null ? HumanFormat.UNKNOWN : HumanFormat.seconds(seconds));
        }
        return table;
    }
}
