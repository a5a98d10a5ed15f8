package dev.pgvigil.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code health_monitoring_audit}. */
final class AuditReader {

    // The place is that of the last row that the reader has; to is exclusive, and so is the place.
    private static final String SQL = "SELECT id, \"timestamp\", status, metrics::text, alerts::text, check_type"
            + " FROM pgvigil.health_monitoring_audit WHERE target = $1 AND \"timestamp\" >= $2 AND \"timestamp\" < $3"
            + " AND ($4::text IS NULL OR check_type = $4)"
            + " AND ($5::timestamptz IS NULL OR \"timestamp\" <= $5 AND (\"timestamp\", id) < ($5, $6::uuid))"
            + " ORDER BY \"timestamp\" DESC, id DESC LIMIT $7";

    private final StoreSessions sessions;

    AuditReader(StoreSessions sessions) {
        this.sessions = sessions;
    }

    Future<List<AuditRow>> read(String target, AuditRequest request) {
        AuditRequest.Place place = request.before();
        Tuple values = Tuple.tuple()
                .addString(target)
                .addOffsetDateTime(Rows.utc(request.from()))
                .addOffsetDateTime(Rows.utc(request.to()))
                .addString(request.checkType())
                .addOffsetDateTime(place == null ? null : Rows.utc(place.timestamp()))
                .addUUID(place == null ? null : place.id())
                .addInteger(request.limit());
        return sessions.query(SQL, values).map(rows -> rows(target, rows));
    }

    private static List<AuditRow> rows(String target, RowSet<Row> rows) {
        List<AuditRow> all = new ArrayList<>();
        for (Row row : rows) {
            all.add(new AuditRow(
                    row.getUUID("id"),
                    row.getOffsetDateTime("timestamp").toInstant(),
                    target,
                    row.getString("status"),
                    row.getString("metrics"),
                    row.getString("alerts"),
                    row.getString("check_type")));
        }
        return all;
    }
}
