package dev.pgvigil.check.custom;

import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.custom.CustomQuery.Column;
import dev.pgvigil.check.custom.CustomQuery.Usage;
import dev.pgvigil.check.custom.Results.Result;
import dev.pgvigil.check.custom.Results.Sample;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.Session;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs queries at their own intervals and keeps the latest result of each. Every statement runs in a read-only transaction
 * that is rolled back, with the query's timeout; its failure is a result and leaves the others alone.
 */
final class QueryRunner {

    /** Rows of one query that are kept; the statement is limited to one more. */
    static final int MOST_ROWS = 1000;

    private QueryRunner() {}

    /** The latest run of each query of one database. */
    private static final class Memory {

        private final Map<CustomQuery, Run> runs = new HashMap<>();

        private record Run(long at, Result result) {}

        boolean isDue(CustomQuery query, long now) {
            Run run = runs.get(query);
            return run == null || now - run.at >= query.interval().toNanos();
        }

        void put(CustomQuery query, long now, Result result) {
            runs.put(query, new Run(now, result));
        }

        Results results(List<CustomQuery> queries, long now) {
            runs.keySet().retainAll(Set.copyOf(queries));
            return new Results(queries.stream()
                    .map(runs::get)
                    .filter(Objects::nonNull)
                    .map(run -> aged(run.result, (now - run.at) / 1e9))
                    .toList());
        }

        private static Result aged(Result result, double seconds) {
            return new Result(
                    result.query(),
                    seconds,
                    result.tookSeconds(),
                    result.failure(),
                    result.skipped(),
                    result.rows(),
                    result.complete());
        }
    }

    /** Runs the due queries, one after the other; the latest results of all. */
    static Uni<Results> due(Session session, List<CustomQuery> queries) {
        Memory memory = session.memory(budget -> new Memory());
        long now = System.nanoTime();
        Uni<Void> all = Uni.createFrom().voidItem();
        for (CustomQuery query : queries) {
            if (memory.isDue(query, now)) {
                all = all.chain(() -> run(session, query)
                        .invoke(result -> memory.put(query, System.nanoTime(), result))
                        .replaceWithVoid());
            }
        }
        return all.map(done -> memory.results(queries, System.nanoTime()));
    }

    private static Uni<Result> run(Session session, CustomQuery query) {
        Optional<String> unmet = query.unmet(session.facts(), session.database());
        if (unmet.isPresent()) {
            return Uni.createFrom().item(new Result(query.name(), 0, 0, null, unmet.get(), List.of(), true));
        }
        long begin = System.nanoTime();
        return inTransaction(session, query)
                .map(rows -> new Result(
                        query.name(),
                        0,
                        seconds(begin),
                        null,
                        null,
                        rows.stream().limit(MOST_ROWS).toList(),
                        rows.size() <= MOST_ROWS))
                .onFailure(FailureException.class)
                .recoverWithItem(thrown -> new Result(
                        query.name(), 0, seconds(begin), thrown.failure().message(), null, List.of(), true));
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    /** So that the timeout ends with the query, and what it sets is undone. */
    private static Uni<List<Sample>> inTransaction(Session session, CustomQuery query) {
        return session.rows("begin read only", row -> row)
                .chain(() -> session.rows("""
                        select pg_catalog.set_config('statement_timeout', '%d', true),
                          pg_catalog.set_config('search_path', 'pg_catalog, public, pg_temp', true)""".formatted(query.timeout().toMillis()), row -> row))
                .chain(() -> session.rows(limited(query.sql()), row -> sample(query, row)))
                .onItemOrFailure()
                // A connection that is lost fails this one too; the failure of the query is what counts.
                .call(() -> session.rows("rollback", row -> row)
                        .onFailure(FailureException.class)
                        .recoverWithItem(List.of()));
    }

    /** A SELECT with a limit on its rows; other statements, such as SHOW, are left as they are. */
    static String limited(String sql) {
        String bare = sql.strip();
        while (bare.endsWith(";")) {
            bare = bare.substring(0, bare.length() - 1).stripTrailing();
        }
        String start = bare.substring(0, Math.min(bare.length(), 6)).toLowerCase(Locale.ROOT);
        return start.startsWith("select") || start.startsWith("with") || start.startsWith("values")
                ? "select * from (" + bare + "\n) as custom limit " + (MOST_ROWS + 1)
                : bare;
    }

    private static String label(@Nullable Object value) {
        return value == null ? "" : SqlValue.text(value);
    }

    private static Sample sample(CustomQuery query, Row row) {
        Map<String, String> labels = new TreeMap<>();
        Map<String, Double> values = new TreeMap<>();
        for (int i = 0; i < row.size(); i++) {
            Column column = query.columns().get(row.getColumnName(i));
            if (column == null) {
                continue;
            }
            Object value = row.getValue(i);
            if (column.usage() == Usage.LABEL) {
                labels.put(column.name(), column.raw() ? String.valueOf(RawText.of(row, column.name())) : label(value));
            } else if (column.isMetric() && value != null) {
                SqlValue.number(value, column).ifPresent(number -> values.put(column.name(), number));
            }
        }
        return new Sample(labels, values);
    }

    /** Exports the rows of one result under the names of its query and columns. */
    static void export(Result result, MetricSink foreign) {
        for (Sample row : result.rows()) {
            String[] labels = row.labels().entrySet().stream()
                    .flatMap(label -> Stream.of(label.getKey(), label.getValue()))
                    .toArray(String[]::new);
            row.values().forEach((column, value) -> {
                String name = result.query() + "_" + column;
                String help = "Column " + column + " of the query " + result.query() + ".";
                if (name.endsWith("_total")) {
                    foreign.counter(name, help, value, labels);
                } else {
                    foreign.gauge(name, help, value, labels);
                }
            });
        }
    }
}
