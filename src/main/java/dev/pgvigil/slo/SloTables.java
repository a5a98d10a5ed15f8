package dev.pgvigil.slo;

import dev.pgvigil.config.Settings;
import dev.pgvigil.store.RowQueue;
import dev.pgvigil.store.StoreTables;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The hours of objectives in the store: {@code pgvigil.slo_hour}. */
@Singleton
final class SloTables implements StoreTables {

    private static final String TABLE = "slo_hour";
    /** Three hours of the most objectives: what a start may write again. */
    private static final int WAITING = 3 * Objectives.MOST;

    private static final Duration KEPT = Duration.ofDays(400);

    private static final String NAMES =
            "INSERT INTO pgvigil.target (name) SELECT DISTINCT n FROM unnest($1::text[]) AS n"
                    + " WHERE NOT EXISTS (SELECT FROM pgvigil.target t WHERE t.name = n) ON CONFLICT DO NOTHING";
    private static final String INSERT =
            "INSERT INTO pgvigil.slo_hour (at, target, slo, good, bad, excluded, excluded_bad)"
                    + " SELECT r.at, t.id, r.slo, r.good, r.bad, r.excluded, r.excluded_bad"
                    + " FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::int[], $5::int[], $6::int[], $7::int[])"
                    + " AS r(at, target, slo, good, bad, excluded, excluded_bad)"
                    + " JOIN pgvigil.target t ON t.name = r.target ON CONFLICT DO NOTHING";

    final RowQueue<SloHour> hours = new RowQueue<>("slo", TABLE, WAITING, SloHour::at, SloTables::insert);

    @Override
    public List<String> scripts() {
        return List.of("V202611291235__slo_hours.sql");
    }

    @Override
    public List<RowQueue<?>> queues() {
        return List.of(hours);
    }

    @Override
    public Map<String, Duration> retention(Settings settings) {
        return Map.of(TABLE, KEPT);
    }

    private static Future<Integer> insert(SqlConnection session, List<SloHour> rows) {
        String[] targets = rows.stream().map(SloHour::target).toArray(String[]::new);
        return session.preparedQuery(NAMES)
                .execute(Tuple.of(targets))
                .compose(named -> session.preparedQuery(INSERT)
                        .execute(Tuple.of(
                                        rows.stream()
                                                .map(row -> row.at().atOffset(ZoneOffset.UTC))
                                                .toArray(OffsetDateTime[]::new),
                                        targets,
                                        rows.stream().map(SloHour::slo).toArray(String[]::new),
                                        seconds(rows, Counts::good),
                                        seconds(rows, Counts::bad),
                                        seconds(rows, Counts::excluded))
                                .addArrayOfInteger(seconds(rows, Counts::excludedBad))))
                .map(SqlResult::rowCount);
    }

    private static Integer[] seconds(List<SloHour> rows, ToDoubleFunction<Counts> which) {
        return rows.stream()
                .map(row -> Math.toIntExact(Math.round(which.applyAsDouble(row.counts()))))
                .toArray(Integer[]::new);
    }
}
