package dev.pgvigil.check.canary;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.canary.Canary.Canaries;
import dev.pgvigil.check.canary.Canary.Run;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Shows the latest run of each canary. */
@Singleton
final class CanaryPanel extends TablePanel<Canaries> {

    CanaryPanel() {
        super(Tab.CANARY, "canaries", "Canaries", Canary.NAME, Canaries.class);
    }

    @Override
    protected PanelTable table(Canaries seen) {
        List<Run> runs = Stream.concat(Stream.ofNullable(seen.write()), seen.queries().stream())
                .toList();
        PanelTable table = PanelTable.of(
                HumanFormat.count(runs.size(), "synthetic transaction") + ".",
                "Latest run of each canary",
                "Canary",
                "Result",
                "#Took",
                "#Objective");
        for (Run run : runs) {
            table = table.row(
                    run.name(), null, result(run), milliseconds(run.tookMs()), milliseconds(run.objectiveMs()));
        }
        return table;
    }

    private static String result(Run run) {
        if (run.skipped() != null) {
            return "not run: " + run.skipped();
        }
        if (run.failed()) {
            return HumanFormat.list(run.failure(), run.sqlState());
        }
        return run.stale() ? "read another value than was written" : "succeeded";
    }

    private static String milliseconds(@Nullable Double value) {
        return value == null ? HumanFormat.UNKNOWN : HumanFormat.milliseconds(value);
    }
}
