package dev.pgvigil.check.custom;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The latest results of all queries of a database or server, in their order. */
public record Results(List<Result> queries) {

    public Results {
        queries = List.copyOf(queries);
    }

    /**
     * The latest result of one query.
     *
     * @param ageSeconds since it ran
     * @param tookSeconds how long it ran
     * @param failure why it failed; null: it did not
     * @param skipped why it does not run in this database; null: it does
     * @param rows the first {@value QueryRunner#MOST_ROWS}
     * @param complete whether these are all
     */
    public record Result(
            String query,
            double ageSeconds,
            double tookSeconds,
            @Nullable String failure,
            @Nullable String skipped,
            List<Sample> rows,
            boolean complete) {

        public Result {
            rows = List.copyOf(rows);
        }
    }

    /** One row: the values of its labels and of its metrics, by column. */
    public record Sample(Map<String, String> labels, Map<String, Double> values) {}
}
