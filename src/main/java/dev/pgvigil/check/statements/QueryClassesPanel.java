package dev.pgvigil.check.statements;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import jakarta.inject.Singleton;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows what the configured classes of statements did. */
@Singleton
final class QueryClassesPanel extends TablePanel<ClassUsage> {

    QueryClassesPanel() {
        super(Tab.QUERIES, "query-classes", "Classes of statements", QueryClasses.NAME, ClassUsage.class);
    }

    @Override
    protected PanelTable table(ClassUsage seen) {
        PanelTable table = PanelTable.of(
                seen.intervalSeconds() <= 0
                        ? "No interval yet."
                        : HumanFormat.list(
                                "In " + HumanFormat.seconds(seen.intervalSeconds()),
                                seen.unread() == 0
                                        ? null
                                        : HumanFormat.count(seen.unread(), "statement")
                                                + " not classified yet: the text is not read"),
                "Classes of statements",
                "Class",
                "#Statements",
                "#Calls",
                "#Mean",
                "#Total",
                "#Slowest");
        for (ClassUsage.Usage one : seen.classes()) {
            table = table.row(
                    one.name(),
                    one.priority().name().toLowerCase(Locale.ROOT) + " priority",
                    String.valueOf(one.statements()),
                    HumanFormat.large(one.calls()),
                    milliseconds(one.meanMs()),
                    HumanFormat.milliseconds(one.totalMs()),
                    milliseconds(one.slowestMeanMs()));
        }
        return table;
    }

    private static String milliseconds(@Nullable Double value) {
        return value == null ? HumanFormat.UNKNOWN : HumanFormat.milliseconds(value);
    }
}
