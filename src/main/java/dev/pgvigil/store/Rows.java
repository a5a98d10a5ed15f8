package dev.pgvigil.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The statements that insert rows. Repeated, they insert nothing more. */
final class Rows {

    private static final List<String> FIELDS = List.of("count", "unknown", "sum", "min", "max");

    /** The columns of all series, in order. */
    static final List<String> COLUMNS = Arrays.stream(Series.values())
            .flatMap(series -> FIELDS.stream().map(field -> series.key() + "_" + field))
            .toList();

    private static final String TARGETS =
            "INSERT INTO pgvigil.target (name) SELECT DISTINCT n FROM unnest($1::text[]) AS n"
                    + " WHERE NOT EXISTS (SELECT FROM pgvigil.target t WHERE t.name = n) ON CONFLICT DO NOTHING";
    private static final String SAMPLES = samples();
    private static final String AUDIT = "INSERT INTO pgvigil.health_monitoring_audit"
            + " (id, \"timestamp\", target, status, metrics, alerts, check_type)"
            + " SELECT id, at, target, status, metrics::jsonb, alerts::jsonb, check_type"
            + " FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])"
            + " AS r(id, at, target, status, metrics, alerts, check_type) ON CONFLICT DO NOTHING";

    private Rows() {}

    private static String samples() {
        String columns = String.join(", ", COLUMNS);
        StringBuilder arrays = new StringBuilder("$1::text[], $2::timestamptz[]");
        for (int i = 0; i < COLUMNS.size(); i++) {
            String column = COLUMNS.get(i);
            boolean whole = column.endsWith("_count") || column.endsWith("_unknown");
            arrays.append(", $").append(i + 3).append(whole ? "::int[]" : "::float8[]");
        }
        return "INSERT INTO pgvigil.history_raw (target, at, " + columns + ") SELECT t.id, r.at, "
                + COLUMNS.stream().map(column -> "r." + column).collect(Collectors.joining(", "))
                + " FROM unnest(" + arrays + ") AS r(name, at, " + columns
                + ") JOIN pgvigil.target t ON t.name = r.name ON CONFLICT DO NOTHING";
    }

    /** Inserts history in a transaction that holds the writers' lock, and sets back what was made of older rows. */
    static Future<Integer> samples(SqlConnection session, List<Sample> rows) {
        String[] names = rows.stream().map(Sample::target).toArray(String[]::new);
        Instant oldest = rows.stream().map(Sample::at).min(Instant::compareTo).orElseThrow();
        return session.query("SELECT pg_advisory_xact_lock_shared(7220121)")
                .execute()
                .compose(locked -> session.preparedQuery(TARGETS).execute(Tuple.of(names)))
                .compose(named -> session.preparedQuery(SAMPLES).execute(values(rows, names)))
                .compose(inserted -> session.preparedQuery("SELECT pgvigil.wrote_since($1)")
                        .execute(Tuple.of(utc(oldest)))
                        .map(done -> inserted.rowCount()));
    }

    static Future<Integer> audit(SqlConnection session, List<AuditRow> rows) {
        return session.preparedQuery(AUDIT)
                .execute(Tuple.of(
                                rows.stream().map(AuditRow::id).toArray(UUID[]::new),
                                rows.stream().map(row -> utc(row.timestamp())).toArray(OffsetDateTime[]::new),
                                texts(rows, AuditRow::target),
                                texts(rows, AuditRow::status),
                                texts(rows, AuditRow::metrics),
                                texts(rows, AuditRow::alerts))
                        .addArrayOfString(texts(rows, AuditRow::checkType)))
                .map(inserted -> inserted.rowCount());
    }

    private static String[] texts(List<AuditRow> rows, Function<AuditRow, String> text) {
        return rows.stream().map(text).toArray(String[]::new);
    }

    private static Tuple values(List<Sample> rows, String[] names) {
        Tuple values = Tuple.tuple();
        values.addArrayOfString(names);
        values.addArrayOfOffsetDateTime(rows.stream().map(row -> utc(row.at())).toArray(OffsetDateTime[]::new));
        for (int i = 0; i < Series.values().length; i++) {
            int series = i;
            List<Aggregate> all =
                    rows.stream().map(row -> row.series().get(series)).toList();
            values.addArrayOfInteger(whole(all, Aggregate::count));
            values.addArrayOfInteger(whole(all, Aggregate::unknown));
            Stream.<Function<Aggregate, Double>>of(Aggregate::sum, Aggregate::min, Aggregate::max)
                    .forEach(field -> values.addArrayOfDouble(all.stream()
                            .map(each -> each.count() == 0 ? null : field.apply(each))
                            .toArray(Double[]::new)));
        }
        return values;
    }

    private static @Nullable Integer[] whole(List<Aggregate> all, Function<Aggregate, Integer> field) {
        return all.stream()
                .map(each -> each.nothing() ? null : field.apply(each))
                .toArray(Integer[]::new);
    }

    static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
