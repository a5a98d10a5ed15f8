package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.maintenance.XminHorizon.Holder;
import dev.pgvigil.check.maintenance.XminHorizon.Horizon;
import jakarta.inject.Singleton;

/** Shows what holds back vacuum, oldest first. */
@Singleton
final class XminHorizonPanel extends TablePanel<Horizon> {

    XminHorizonPanel() {
        super(Tab.MAINTENANCE, "xmin-horizon", "What holds back vacuum", XminHorizon.NAME, Horizon.class);
    }

    @Override
    protected PanelTable table(Horizon horizon) {
        PanelTable table = PanelTable.of(
                horizon.holders().isEmpty()
                        ? "Nothing holds back vacuum."
                        : "Vacuum cannot remove rows that the oldest of these may still see.",
                "Transactions and slots that hold back vacuum, oldest first",
                "Holder",
                "Kind",
                "#Transactions",
                "#Since");
        for (Holder holder : horizon.holders()) {
            Double seconds = holder.seconds();
            table = table.row(
                    holder.name() == null ? "pid " + holder.pid() : holder.name(),
                    HumanFormat.list(holder.usename(), holder.applicationName(), holder.datname(), holder.state()),
                    holder.kind().label().replace('_', ' '),
                    HumanFormat.large(holder.age()),
                    seconds == null ? HumanFormat.UNKNOWN : HumanFormat.seconds(seconds));
        }
        return table;
    }
}
