package dev.pgvigil.check.replication;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.replication.Slots.Slot;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Shows the replication slots of a server and what they keep. */
@Singleton
final class SlotsPanel extends TablePanel<Slots.Listing> {

    SlotsPanel() {
        super(Tab.REPLICATION, "slots", "Slots", Slots.NAME, Slots.Listing.class);
    }

    @Override
    protected PanelTable table(Slots.Listing seen) {
        if (seen.total() == 0) {
            return PanelTable.of("No replication slots.");
        }
        PanelTable table = PanelTable.of(
                HumanFormat.count(seen.total(), "slot") + "; max_slot_wal_keep_size "
                        + (seen.keepBytes() == null
                                ? "is not set, so WAL is kept without a limit."
                                : "is " + HumanFormat.bytes(seen.keepBytes()) + "."),
                "Replication slots",
                "Slot",
                "State",
                "#WAL kept",
                "#Not confirmed",
                "#Oldest row version",
                "#Spilled");
        for (Slot slot : seen.slots()) {
            table = table.row(
                    slot.slotName(),
                    HumanFormat.list(slot.slotType(), slot.database(), slot.plugin()),
                    state(slot),
                    HumanFormat.bytes(slot.retained()),
                    bytes(slot.unconfirmedBytes()),
                    age(slot),
                    bytes(slot.decoding() == null ? null : slot.decoding().spilledBytes()));
        }
        return table.more(seen.total() - seen.slots().size());
    }

    private static String state(Slot slot) {
        String used = slot.active()
                ? "in use"
                : slot.inactiveSeconds() == null
                        ? "not in use"
                        : "not in use for " + HumanFormat.seconds(slot.inactiveSeconds());
        return HumanFormat.list(slot.lost() ? "lost" : used, slot.invalidationReason(), slot.synced() ? "synced" : "");
    }

    /** Age of the oldest transaction whose removed rows it keeps. */
    private static String age(Slot slot) {
        return Stream.of(slot.xminAge(), slot.catalogXminAge())
                .filter(Objects::nonNull)
                .max(Long::compare)
                .map(age -> HumanFormat.large(age) + " transactions")
                .orElse(HumanFormat.UNKNOWN);
    }

    private static String bytes(@Nullable Long bytes) {
        return bytes == null ? HumanFormat.UNKNOWN : HumanFormat.bytes(bytes);
    }
}
