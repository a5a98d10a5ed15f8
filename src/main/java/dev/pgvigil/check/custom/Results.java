package dev.pgvigil.check.custom;

import dev.pgvigil.check.MetricSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** The latest results of all queries of a database or server, in their order. */
public record Results(List<Result> queries) implements MetricSource.Readings {

    public Results {
        queries = List.copyOf(queries);
    }

    @Override
    public Optional<MetricSource.Reading> reading(String metric) {
        for (Result result : queries) {
            String prefix = result.query() + "_";
            if (result.failure() == null && result.skipped() == null && metric.startsWith(prefix)) {
                String column = metric.substring(prefix.length());
                if (result.rows().stream().anyMatch(row -> row.values().containsKey(column))) {
                    Supplier<DoubleStream> values = () -> result.rows().stream()
                            .map(row -> row.values().get(column))
                            .filter(Objects::nonNull)
                            .mapToDouble(Double::doubleValue);
                    return Optional.of(new MetricSource.Reading(
                            result.ageSeconds(),
                            values.get().min(),
                            values.get().max()));
                }
            }
        }
        return Optional.empty();
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
