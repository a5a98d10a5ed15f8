package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A dedicated session for queries of a caller. Each runs as a cursor in a read-only transaction that is rolled back, so that
 * the server accepts one SELECT, VALUES or TABLE and nothing else, and the rows stay on the server. A query that exceeds its
 * limit is ended. Used from the server's event loop.
 */
public final class PerformanceSession implements AutoCloseable {

    private static final String BEGIN = """
            begin transaction read only; set local cursor_tuple_fraction = 1; set local search_path = "$user", public""";

    private static final String DECLARE = "declare pgvigil_trial no scroll cursor without hold for ";
    private static final String MOVE = "move forward all in pgvigil_trial";

    /** With these a SELECT can do things that no rollback undoes. */
    private static final String EXCESSIVE = """
            select what from (
              select 'superuser' as what from pg_roles where rolname = current_user and rolsuper
              union all
              select 'REPLICATION' from pg_roles where rolname = current_user and rolreplication
              union all
              select 'role ' || rolname from pg_roles
              where rolname in ('pg_signal_backend', 'pg_signal_autovacuum_worker', 'pg_execute_server_program',
                                'pg_read_server_files', 'pg_write_server_files')
                and pg_has_role(current_user, oid, 'member')
              union all
              select distinct 'EXECUTE on functions of extension ' || e.extname
              from pg_extension e
              join pg_depend d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
                              and d.classid = 'pg_proc'::regclass and d.deptype = 'e'
              where e.extname in ('dblink', 'http', 'pg_background', 'pg_net')
                and has_function_privilege(d.objid, 'execute')
            ) privileges order by what limit 20""";

    private final ServerConnection connection;
    private final PhysicalConnection physical;
    private final Duration answerTimeout;

    /**
     * A run of a query that succeeded.
     *
     * @param took from sending it until all its rows were computed
     */
    public record Run(Duration took, long rows) {}

    PerformanceSession(ServerConnection connection, OpenSession open, Duration answerTimeout) {
        this.connection = connection;
        this.physical = open.physical();
        this.answerTimeout = answerTimeout;
    }

    /** Privileges of pgvigil's role by which a query could change something outside of its transaction. */
    public Uni<List<String>> excessivePrivileges() {
        return uni(() -> within(answerTimeout, physical.query(EXCESSIVE)).map(rows -> {
            List<String> found = new ArrayList<>();
            rows.forEach(row -> found.add(row.getString(0)));
            return found;
        }));
    }

    /**
     * Runs a query once; fails with a {@link FailureException}.
     *
     * @param limit after which it is ended, if the server's statement_timeout has not ended it before
     */
    public Uni<Run> run(String query, Duration limit) {
        Duration timeout = limit.compareTo(answerTimeout) < 0 ? limit : answerTimeout;
        return uni(() -> within(timeout, attempt(query)).eventually(this::rollBack));
    }

    private Future<Run> attempt(String query) {
        return physical.query(BEGIN)
                // The extended protocol takes one statement only.
                .compose(begun -> physical.prepare(DECLARE + query))
                .compose(statement -> measured(statement).eventually(() -> closed(statement)));
    }

    /**
     * The first rows of a query, as texts by the name of the column; fails with a {@link FailureException}.
     *
     * @param most rows at most
     */
    public Uni<List<Map<String, @Nullable String>>> first(String query, int most) {
        return uni(() -> within(
                        answerTimeout,
                        physical.query(BEGIN)
                                .compose(begun -> physical.prepare(DECLARE + query))
                                .compose(
                                        statement -> statement.query().execute().eventually(() -> closed(statement)))
                                .compose(declared -> physical.query("fetch forward " + most + " from pgvigil_trial"))
                                .map(PerformanceSession::texts))
                .eventually(this::rollBack));
    }

    private static List<Map<String, @Nullable String>> texts(RowSet<Row> rows) {
        List<Map<String, @Nullable String>> texts = new ArrayList<>();
        for (Row row : rows) {
            Map<String, @Nullable String> columns = new LinkedHashMap<>();
            for (int i = 0; i < row.size(); i++) {
                Object value = row.getValue(i);
                columns.put(row.getColumnName(i), value == null ? null : value.toString());
            }
            texts.add(columns);
        }
        return texts;
    }

    private Future<Run> measured(PreparedStatement statement) {
        long start = System.nanoTime();
        Future<RowSet<Row>> declared = statement.query().execute();
        // Sent at once, behind the other: it fails, if that fails.
        Future<RowSet<Row>> moved = physical.query(MOVE);
        return declared.transform(first -> moved.transform(second -> {
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            if (first.failed()) {
                return Future.failedFuture(first.cause());
            }
            return second.failed()
                    ? Future.failedFuture(second.cause())
                    : Future.succeededFuture(new Run(took, second.result().rowCount()));
        }));
    }

    /** Nothing depends on it: its failure is not that of the query. */
    private static Future<Void> closed(PreparedStatement statement) {
        return statement.close().otherwiseEmpty();
    }

    private Future<Void> rollBack() {
        return physical.closed()
                ? Future.succeededFuture()
                : within(answerTimeout, physical.query("rollback")).mapEmpty();
    }

    private <T> Future<T> within(Duration time, Future<T> answer) {
        return connection.within(time, answer).recover(thrown -> {
            Failure failure = FailureClassifier.of(thrown);
            if (thrown instanceof TimeoutException) {
                failure = Failure.of(Reason.TIMEOUT, "no answer within " + time.toMillis() + " ms");
                connection.unanswered(physical);
            }
            return Future.failedFuture(new FailureException(failure));
        });
    }

    private static <T> Uni<T> uni(Supplier<Future<T>> work) {
        return Uni.createFrom().completionStage(() -> work.get().toCompletionStage());
    }

    /** Whether the connection was lost, or dropped because of a timeout. */
    public boolean closed() {
        return physical.closed();
    }

    @Override
    public void close() {
        physical.close();
    }
}
