package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.maintenance.Wraparound.Ages;
import dev.pgvigil.check.maintenance.Wraparound.Database;
import jakarta.inject.Singleton;

/** Shows the age of each database, oldest first. */
@Singleton
final class WraparoundPanel extends TablePanel<Ages> {

    WraparoundPanel() {
        super(Tab.MAINTENANCE, "wraparound", "Wraparound", Wraparound.NAME, Ages.class);
    }

    @Override
    protected PanelTable table(Ages ages) {
        PanelTable table = PanelTable.of(
                "The oldest transaction ID has used %s of the age at which writes stop, the oldest multixact ID %s."
                        .formatted(
                                HumanFormat.percent(ages.age(Database::transactionsAge) / (double) Wraparound.STOP),
                                HumanFormat.percent(ages.age(Database::multixactsAge) / (double) Wraparound.STOP)),
                "Ages of the databases of the server",
                "Database",
                "#Transactions",
                "#of freeze max age",
                "#Multixacts",
                "#of freeze max age");
        for (Database database : ages.databases()) {
            table = table.row(
                    database.datname(),
                    database.allowsConnections() ? null : "accepts no connections",
                    HumanFormat.large(database.transactionsAge()),
                    HumanFormat.percent(database.transactionsAge() / (double) ages.freezeMaxAge()),
                    HumanFormat.large(database.multixactsAge()),
                    HumanFormat.percent(database.multixactsAge() / (double) ages.multixactFreezeMaxAge()));
        }
        return table;
    }
}
