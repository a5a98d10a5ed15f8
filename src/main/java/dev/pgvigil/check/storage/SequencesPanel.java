package dev.pgvigil.check.storage;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.storage.Sequences.Sequence;
import dev.pgvigil.check.storage.Sequences.Usage;
import jakarta.inject.Singleton;

/** Shows the sequences nearest to their end. */
@Singleton
final class SequencesPanel extends TablePanel<Usage> {

    SequencesPanel() {
        super(Tab.STORAGE, "sequences", "Sequences", Sequences.NAME, Usage.class);
    }

    @Override
    protected PanelTable table(Usage usage) {
        PanelTable table = PanelTable.of(
                usage.unreadable() == 0
                        ? HumanFormat.count(usage.total(), "sequence") + " that do not cycle."
                        : "%s that do not cycle. %d cannot be read: their use is estimated from the rows of their tables."
                                .formatted(HumanFormat.count(usage.total(), "sequence"), usage.unreadable()),
                "Sequences nearest to their end",
                "Sequence",
                "Column",
                "Type",
                "#Used",
                "#Left");
        for (Sequence one : usage.sequences()) {
            Double ratio = one.ratio();
            Double remaining = one.remaining();
            table = table.row(
                    one.label(),
                    one.readable() ? null : "value not readable",
                    one.table() == null
                            ? HumanFormat.UNKNOWN
                            : one.tableSchema() + "." + one.table() + "." + one.column(),
                    one.type(),
                    ratio == null
                            ? one.readable() ? "never used" : HumanFormat.UNKNOWN
                            : (one.readable() ? "" : "at least ") + HumanFormat.percent(ratio),
                    remaining == null ? HumanFormat.UNKNOWN : HumanFormat.large(remaining));
        }
        return table.more(usage.total() - usage.sequences().size());
    }
}
