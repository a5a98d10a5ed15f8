package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.maintenance.Vacuum.Table;
import dev.pgvigil.check.maintenance.Vacuum.Tables;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.stream.Stream;

/** Shows the tables that need vacuum most, then those that must be frozen first. */
@Singleton
final class VacuumPanel extends TablePanel<Tables> {

    private static final int EACH = 10;

    VacuumPanel() {
        super(Tab.MAINTENANCE, "vacuum", "Tables to vacuum", Vacuum.NAME, Tables.class);
    }

    @Override
    protected PanelTable table(Tables tables) {
        PanelTable table = PanelTable.of(
                "Autovacuum is due for %s. The oldest table is at %s of the age at which it must be frozen."
                        .formatted(
                                HumanFormat.count(tables.dueTotal(), "table"),
                                tables.oldest().isEmpty()
                                        ? HumanFormat.UNKNOWN
                                        : HumanFormat.percent(
                                                tables.oldest().getFirst().freezeRatio())),
                "Tables with the most dead rows, and the oldest tables",
                "Table",
                "#Dead rows",
                "#Live rows",
                "#Due at",
                "#Last vacuum",
                "#Freeze age");
        List<Table> due = tables.due().stream().limit(EACH).toList();
        Stream<Table> oldest = tables.oldest().stream()
                .filter(old -> due.stream().noneMatch(one -> one.oid() == old.oid()))
                .limit(EACH);
        for (Table one : Stream.concat(due.stream(), oldest).toList()) {
            Double ago = one.vacuumedSecondsAgo();
            table = table.row(
                    one.label(),
                    one.running() ? "vacuum is running" : one.enabled() ? null : "autovacuum is off",
                    HumanFormat.large(one.dead()),
                    HumanFormat.large(one.live()),
                    HumanFormat.large(one.due()),
                    ago == null ? "never" : HumanFormat.seconds(ago) + " ago",
                    HumanFormat.percent(one.freezeRatio()));
        }
        return table.more(tables.dueTotal() - due.size());
    }
}
