package dev.pgvigil.check.storage;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.storage.Sizes.Database;
import dev.pgvigil.check.storage.Sizes.Databases;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.List;

/** Shows the databases of a server, largest first. */
@Singleton
final class SizesPanel extends TablePanel<Databases> {

    SizesPanel() {
        super(Tab.STORAGE, "sizes", "Sizes of databases", Sizes.NAME, Databases.class);
    }

    @Override
    protected PanelTable table(Databases seen) {
        List<Database> databases = seen.databases().stream()
                .sorted(Comparator.comparingLong(Database::bytes).reversed())
                .toList();
        PanelTable table = PanelTable.of(
                HumanFormat.bytes(databases.stream().mapToLong(Database::bytes).sum()) + " in all.",
                "Sizes of the databases of the server, largest first",
                "Database",
                "#Size",
                "#Growth",
                "#Seen for",
                "#A day");
        for (Database database : databases) {
            table = table.row(
                    database.datname(),
                    null,
                    HumanFormat.bytes(database.bytes()),
                    HumanFormat.bytes(database.grownBytes()),
                    HumanFormat.seconds(database.seenSeconds()),
                    database.seenSeconds() < 3600 ? HumanFormat.UNKNOWN : HumanFormat.bytes(database.perDay()));
        }
        return table;
    }
}
