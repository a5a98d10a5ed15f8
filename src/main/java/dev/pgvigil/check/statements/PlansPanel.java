package dev.pgvigil.check.statements;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.statements.StatementPlans.Access;
import dev.pgvigil.check.statements.StatementPlans.Planned;
import jakarta.inject.Singleton;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Shows the plans of the statements that take most time, a changed one beside the old one. */
@Singleton
final class PlansPanel extends TablePanel<StatementPlans> {

    private static final int NODES = 12;

    PlansPanel() {
        super(Tab.QUERIES, "plans", "Plans", Plans.NAME, StatementPlans.class);
    }

    @Override
    protected PanelTable table(StatementPlans seen) {
        if (seen.access() != Access.GRANTED) {
            return PanelTable.of("Plans cannot be seen: the grants of level 2 are missing in this database.");
        }
        PanelTable table = PanelTable.of(
                HumanFormat.list(
                        HumanFormat.count(seen.planned(), "plan"),
                        HumanFormat.count(seen.changes(), "change") + " seen",
                        Boolean.FALSE.equals(seen.plansWrites())
                                ? "statements that change rows cannot be planned"
                                : null),
                "Generic plans of the statements that take most time",
                "Statement",
                "Plan",
                "#Mean",
                "Plan before",
                "#Mean before");
        for (Planned one : seen.statements()) {
            PlanTree old = one.previous();
            table = table.row(
                    one.query() == null ? "statement " + one.queryid() : one.query(),
                    one.queryid(),
                    plan(one),
                    mean(one.meanMs()),
                    old == null ? "" : nodes(old),
                    old == null ? "" : mean(one.previousMeanMs()));
        }
        return table;
    }

    private static String plan(Planned one) {
        PlanTree plan = one.plan();
        if (plan != null) {
            return nodes(plan);
        }
        return one.refused() == null ? "not plannable: SQLSTATE " + one.error() : "not planned: " + one.refused();
    }

    private static String nodes(PlanTree plan) {
        return plan.nodes().stream().limit(NODES).map(String::strip).collect(Collectors.joining(" ← "))
                + (plan.nodes().size() > NODES ? " …" : "");
    }

    private static String mean(@Nullable Double milliseconds) {
        return milliseconds == null ? HumanFormat.UNKNOWN : HumanFormat.milliseconds(milliseconds);
    }
}
