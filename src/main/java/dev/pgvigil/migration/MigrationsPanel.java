package dev.pgvigil.migration;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import jakarta.inject.Singleton;
import java.util.Locale;

/** Shows the histories of migrations in a database. */
@Singleton
final class MigrationsPanel extends TablePanel<Histories> {

    MigrationsPanel() {
        super(Tab.MIGRATIONS, "migrations", "Migrations", Migrations.NAME, Histories.class);
    }

    @Override
    protected PanelTable table(Histories observed) {
        if (observed.histories().isEmpty()) {
            return PanelTable.of("No history of a migration tool was found.");
        }
        PanelTable table = PanelTable.of(
                summary(observed),
                "Histories of migrations",
                "Tool and history",
                "State",
                "Version",
                "#Applied",
                "#Pending",
                "Last applied");
        for (MigrationHistory history : observed.histories()) {
            table = table.row(
                    history.tool(),
                    history.place(),
                    state(history),
                    HumanFormat.orUnknown(history.currentVersion()),
                    history.applied() == null ? HumanFormat.UNKNOWN : String.valueOf(history.applied()),
                    history.pending() == null ? HumanFormat.UNKNOWN : String.valueOf(history.pending()),
                    lastApplied(history));
        }
        return table.more(observed.unlisted());
    }

    private static String summary(Histories observed) {
        Integer pending = observed.pendingMigrations();
        return switch (observed.state()) {
                    case NONE -> "No migration has been applied";
                    case OK -> "No failed or running migration";
                    case UNKNOWN -> "A history cannot be read";
                    case RUNNING -> "A migration runs";
                    case DIRTY -> "A migration was interrupted";
                    case STUCK -> "A migration lock is stuck";
                    case FAILED -> "A migration failed";
                }
                + (pending == null ? "." : "; " + pending + " pending.");
    }

    private static String state(MigrationHistory history) {
        String state = history.state().name().toLowerCase(Locale.ROOT);
        return switch (history.state()) {
            case NONE, OK -> state;
            case UNKNOWN -> history.unread() == null ? state : state + ": " + reason(history.unread());
            case RUNNING -> state + " for " + HumanFormat.seconds(history.stateSeconds());
            case DIRTY, STUCK, FAILED -> history.failed() == null ? state : state + ": " + history.failed();
        };
    }

    private static String reason(MigrationHistory.Unread unread) {
        return switch (unread) {
            case PRIVILEGE -> "SELECT is not granted";
            case LOCKED -> "the table is locked";
            case TOO_LARGE -> "the table is too large for a history";
            case FAILED -> "the statement failed";
        };
    }

    private static String lastApplied(MigrationHistory history) {
        String time = history.lastAppliedAt() == null
                ? history.changedAt() == null ? null : history.changedAt().toString()
                : history.lastAppliedAt();
        return HumanFormat.orUnknown(time).replace('T', ' ').replace("Z", " UTC");
    }
}
