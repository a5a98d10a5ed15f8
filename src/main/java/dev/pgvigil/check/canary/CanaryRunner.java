package dev.pgvigil.check.canary;

import dev.pgvigil.check.canary.Canary.Run;
import dev.pgvigil.check.canary.CanaryOptions.CanaryQuery;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs canaries. An error of a statement is a result; a session that cannot be opened or is lost fails the check, because that says
 * nothing about writes.
 */
final class CanaryRunner {

    static final String WRITE = "write";

    private static final double NANOS_PER_MS = 1e6;

    private CanaryRunner() {}

    /**
     * Writes the row of this target, commits, and reads it back in the next transaction. Not on a standby.
     *
     * @param table {@code schema.table}
     */
    static Uni<Run> write(Session session, String table, String target) {
        if (session.facts().role() == Role.REPLICA) {
            return Uni.createFrom().item(new Run(WRITE, null, null, null, null, false, "the server is a standby"));
        }
        String[] parts = table.split("\\.", 2);
        String quoted = Sql.identifier(parts[0]) + "." + Sql.identifier(parts[1]);
        String row = Sql.literal(target);
        String write = """
                insert into %s as c (target, written_at) values (%s, pg_catalog.clock_timestamp())
                on conflict (target) do update set written_at = excluded.written_at
                returning (extract(epoch from c.written_at) * 1000000)::int8 as written""".formatted(quoted, row);
        String read =
                "select (extract(epoch from c.written_at) * 1000000)::int8 as written from %s c where c.target = %s"
                        .formatted(quoted, row);
        return session.writing(own -> {
            long begin = System.nanoTime();
            return own.rows(write, CanaryRunner::written)
                    .flatMap(wrote -> {
                        double took = (System.nanoTime() - begin) / NANOS_PER_MS;
                        return own.rows(read, CanaryRunner::written)
                                .map(seen -> new Run(
                                        WRITE, took, null, null, null, wrote.isEmpty() || !wrote.equals(seen), null));
                    })
                    .onFailure(CanaryRunner::isResult)
                    .recoverWithItem(thrown -> failed(WRITE, null, thrown));
        });
    }

    private static Long written(Row row) {
        return row.getLong("written");
    }

    /** Runs the queries one after the other, each in a read-only transaction that is rolled back. */
    static Uni<List<Run>> queries(Session session, List<CanaryQuery> queries) {
        List<Run> runs = new ArrayList<>();
        Uni<Void> all = Uni.createFrom().voidItem();
        for (CanaryQuery query : queries) {
            all = all.chain(() -> query(session, query).invoke(runs::add).replaceWithVoid());
        }
        return all.map(done -> runs);
    }

    private static Uni<Run> query(Session session, CanaryQuery query) {
        double objective = query.objective().toNanos() / NANOS_PER_MS;
        return session.rows("begin read only", row -> row)
                .chain(() -> session.rows("""
                        select pg_catalog.set_config('statement_timeout', '%d', true),
                          pg_catalog.set_config('cursor_tuple_fraction', '1', true),
                          pg_catalog.set_config('search_path', 'pg_catalog, public, pg_temp', true)""".formatted(query.timeout().toMillis()), row -> row))
                .chain(() -> timed(session, query, objective))
                .onItemOrFailure()
                // A connection that is lost fails this one too; the failure of the query is what counts.
                .call(() -> session.rows("rollback", row -> row)
                        .onFailure(FailureException.class)
                        .recoverWithItem(List.of()))
                .onFailure(CanaryRunner::isResult)
                .recoverWithItem(thrown -> failed(query.name(), objective, thrown));
    }

    private static Uni<Run> timed(Session session, CanaryQuery query, double objective) {
        long begin = System.nanoTime();
        // By a cursor, so that all rows are computed and none leaves the server.
        return session.rows("declare pgvigil_canary no scroll cursor for " + query.sql(), row -> row)
                .chain(() -> session.rows("move forward all in pgvigil_canary", row -> row))
                .map(rows -> new Run(
                        query.name(), (System.nanoTime() - begin) / NANOS_PER_MS, objective, null, null, false, null));
    }

    private static boolean isResult(Throwable thrown) {
        return thrown instanceof FailureException known
                && switch (known.failure().reason()) {
                    case CAPACITY, TIMEOUT, PERMISSION, UNSUPPORTED, QUERY -> true;
                    case CONNECT, AUTH, TLS, LOCAL -> false;
                };
    }

    private static Run failed(String name, @Nullable Double objective, Throwable thrown) {
        Failure failure = ((FailureException) thrown).failure();
        return new Run(name, null, objective, failure.message(), failure.sqlState(), false, null);
    }
}
