package dev.pgvigil.check.pooler;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.pooler.Pooler.Pool;
import jakarta.inject.Singleton;

/** Shows the pools of the PgBouncer in front of a server. */
@Singleton
final class PoolerPanel extends TablePanel<Pooler.State> {

    PoolerPanel() {
        super(Tab.POOLER, "pools", "Pools", Pooler.NAME, Pooler.State.class);
    }

    @Override
    protected PanelTable table(Pooler.State seen) {
        if (!seen.configured()) {
            return PanelTable.of("No pooler is configured for this server.");
        }
        if (seen.unreachable() != null) {
            return PanelTable.of("The pooler does not answer.");
        }
        PanelTable table = PanelTable.of(
                HumanFormat.count(seen.pools().size(), "pool") + ".",
                "Pools of PgBouncer",
                "Pool",
                "Mode",
                "#Clients",
                "#Waiting",
                "#Longest wait",
                "#Servers in use",
                "#Free");
        for (Pool pool : seen.pools()) {
            table = table.row(
                    pool.database(),
                    "user " + pool.user(),
                    pool.mode(),
                    String.valueOf(pool.clientsActive()),
                    String.valueOf(pool.clientsWaiting()),
                    HumanFormat.seconds(pool.maxWaitSeconds()),
                    String.valueOf(pool.serversActive()),
                    String.valueOf(pool.serversIdle()));
        }
        return table;
    }
}
