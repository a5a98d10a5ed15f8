package dev.pgvigil.check.activity;

import dev.pgvigil.check.RawText;
import dev.pgvigil.postgres.Session;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.List;

/**
 * A transaction prepared for two-phase commit: it holds its locks without a session, also across restarts.
 *
 * @param gid the name given by its application
 * @param seconds since it was prepared
 * @param horizon its age in transactions
 */
record PreparedTransaction(long transaction, String gid, String usename, String datname, double seconds, long horizon) {

    private static final int MOST = 100;

    private static final String SQL = """
            select p.transaction::text::int8 as transaction, %s as gid, %s as usename,
              %s as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding,
              extract(epoch from pg_catalog.clock_timestamp() - p.prepared)::float8 as seconds,
              pg_catalog.age(p.transaction) as horizon, pg_catalog.count(*) over () as total
            from pg_catalog.pg_prepared_xact() p
            left join pg_catalog.pg_database d on d.oid = p.dbid
            order by p.prepared
            limit %s""".formatted(
                    RawText.sql("p.gid"),
                    RawText.sql("pg_catalog.pg_get_userbyid(p.ownerid)"),
                    RawText.sql("coalesce(d.datname::text, '')"),
                    MOST);

    /**
     * The prepared transactions of a server.
     *
     * @param oldest at most {@value #MOST}
     * @param total number of all of them
     */
    record All(List<PreparedTransaction> oldest, long total) {

        private static All of(List<Line> lines) {
            return new All(lines.stream().map(Line::prepared).toList(), lines.isEmpty() ? 0 : lines.getFirst().total);
        }
    }

    private record Line(PreparedTransaction prepared, long total) {}

    static Uni<All> of(Session session) {
        return session.once(
                "prepared",
                () -> session.rows(SQL, row -> new Line(read(row), row.getLong("total")))
                        .map(All::of));
    }

    private static PreparedTransaction read(Row row) {
        return new PreparedTransaction(
                row.getLong("transaction"),
                String.valueOf(RawText.of(row, "gid", row.getString("encoding"))),
                String.valueOf(RawText.of(row, "usename")),
                String.valueOf(Activity.datname(row)),
                Activity.seconds(row, "seconds"),
                row.getLong("horizon"));
    }
}
