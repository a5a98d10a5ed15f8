package dev.pgvigil.check.replication;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.replication.Subscriptions.Subscription;
import jakarta.inject.Singleton;

/** Shows the subscriptions of a database. */
@Singleton
final class SubscriptionsPanel extends TablePanel<Subscriptions.Listing> {

    SubscriptionsPanel() {
        super(Tab.REPLICATION, "subscriptions", "Subscriptions", Subscriptions.NAME, Subscriptions.Listing.class);
    }

    @Override
    protected PanelTable table(Subscriptions.Listing seen) {
        if (seen.total() == 0) {
            return PanelTable.of("This database has no subscriptions.");
        }
        PanelTable table = PanelTable.of(
                HumanFormat.count(seen.total(), "subscription") + ".",
                "Subscriptions",
                "Subscription",
                "State",
                "#Last message",
                "#Tables",
                "#Not copied",
                "#Errors");
        for (Subscription subscription : seen.subscriptions()) {
            table = table.row(
                    subscription.subname(),
                    subscription.slotName() == null ? "without a slot" : "slot " + subscription.slotName(),
                    !subscription.enabled() ? "disabled" : subscription.running() ? "runs" : "does not run",
                    subscription.messageSeconds() == null
                            ? HumanFormat.UNKNOWN
                            : HumanFormat.seconds(Math.max(0, subscription.messageSeconds())) + " ago",
                    String.valueOf(subscription.tables()),
                    String.valueOf(subscription.pending()),
                    subscription.applyErrors() == null ? HumanFormat.UNKNOWN : String.valueOf(subscription.errors()));
        }
        return table.more(seen.total() - seen.subscriptions().size());
    }
}
