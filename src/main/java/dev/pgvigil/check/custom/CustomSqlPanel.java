package dev.pgvigil.check.custom;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import jakarta.inject.Singleton;
import java.util.stream.Collectors;

/** Shows the latest rows of the custom queries. */
@Singleton
final class CustomSqlPanel extends TablePanel<Results> {

    CustomSqlPanel() {
        super(Tab.CUSTOM, "custom-sql", "Custom queries", CustomSql.NAME, Results.class);
    }

    @Override
    protected PanelTable table(Results results) {
        PanelTable table = PanelTable.of(
                results.queries().size() + (results.queries().size() == 1 ? " custom query." : " custom queries."),
                "Latest rows of the custom queries",
                "Query",
                "Values",
                "#Age",
                "#Took");
        for (Results.Result result : results.queries()) {
            String age = HumanFormat.seconds(result.ageSeconds());
            String took = HumanFormat.seconds(result.tookSeconds());
            if (result.skipped() != null || result.failure() != null) {
                String why = result.skipped() == null ? "failed: " + result.failure() : result.skipped();
                table = table.row(result.query(), null, why, age, took);
            }
            for (Results.Sample row : result.rows()) {
                String labels = row.labels().values().stream().collect(Collectors.joining(", "));
                String values = row.values().entrySet().stream()
                        .map(value -> value.getKey() + " " + HumanFormat.number(value.getValue()))
                        .collect(Collectors.joining(", "));
                table = table.row(result.query(), labels.isEmpty() ? null : labels, values, age, took);
            }
        }
        return table;
    }
}
