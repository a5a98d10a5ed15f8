package dev.pgvigil.postgres;

import dev.pgvigil.postgres.ConnectionBudget.Permit;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgNotice;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One physical connection. It owns its socket and can be dropped at any time, whatever the server does. Used from its event
 * loop.
 */
final class PhysicalConnection {

    private static final Logger LOG = Logger.getLogger(PhysicalConnection.class);

    private final PgSockets sockets;
    private final SqlConnection connection;
    private final Permit permit;
    private final String database;
    private final StatementCache statements = new StatementCache(this::query);
    private final SerialQueue queue = new SerialQueue();
    private final long openedAt = System.nanoTime();
    private final Promise<Void> gone = Promise.promise();
    private @Nullable ServerProcess process;
    private boolean closed;
    private boolean answered;
    private long loginNanos;
    private @Nullable FailureException end;

    PhysicalConnection(PgSockets sockets, SqlConnection connection, Permit permit, String database) {
        this.sockets = sockets;
        this.connection = connection;
        this.permit = permit;
        this.database = database;
        connection.exceptionHandler(lost -> {}); // a lost connection calls its close handler
        PgConnection.cast(connection).noticeHandler(this::log);
    }

    /** Omits the text, which may contain values. Warnings, class 01, are useful to an operator. */
    private void log(PgNotice notice) {
        String code = String.valueOf(notice.getCode());
        LOG.logf(
                code.startsWith("01") ? Logger.Level.INFO : Logger.Level.DEBUG,
                "The server sends %s %s to the session in database %s",
                notice.getSeverity(),
                code,
                database);
    }

    Future<RowSet<Row>> query(String sql) {
        return connection.query(sql).execute();
    }

    /** Prepares one statement by the extended protocol, which refuses more than one. */
    Future<PreparedStatement> prepare(String sql) {
        return connection.prepare(sql);
    }

    /** The answer, and in the next row set the server's time in microseconds. Repeated statements are prepared. */
    Future<RowSet<Row>> timed(String sql) {
        return statements.execute(sql);
    }

    /** The queue through which the statements of checks are sent. */
    SerialQueue queue() {
        return queue;
    }

    /** Called if the connection ends other than by {@link #close} or {@link #drop}. */
    void onLost(Runnable lost) {
        connection.closeHandler(end -> {
            if (!closed) {
                drop();
                lost.run();
            }
        });
    }

    /** Sends Terminate, so that the server does not log a lost connection, and does not wait for an answer. */
    void close() {
        if (!closed) {
            connection.close();
            closing();
            sockets.close(gone);
        }
    }

    /** Completes when the socket is closed. */
    Future<Void> gone() {
        return gone.future();
    }

    /** Closes the socket at once. */
    void drop() {
        if (!closed) {
            closing();
            sockets.drop(gone);
        }
    }

    private void closing() {
        closed = true;
        permit.release();
    }

    /** Closes the socket of a connection that does not answer; the server may hold the connection for this long. */
    Permit abandon(EventLoop loop, Duration longest) {
        permit.abandon(loop, longest);
        drop();
        return permit;
    }

    /** Records that a statement of a check was answered. */
    void setAnswered() {
        answered = true;
    }

    /** Whether a statement of a check was ever answered. */
    boolean answered() {
        return answered;
    }

    /** Sets why pgvigil ends it: the failure of the statements that are unanswered then. */
    void setEnd(FailureException why) {
        end = why;
    }

    /** Why pgvigil has ended it; null if it has not. */
    @Nullable
    FailureException end() {
        return end;
    }

    boolean closed() {
        return closed;
    }

    /** The process ID sent at login; behind a connection pooler not the real one. */
    int processId() {
        return PgConnection.cast(connection).processId();
    }

    /** Sets the server process, and how old it was at this session's first statement. */
    void setProcess(ServerProcess known, long ageNanos) {
        if (process == null) {
            loginNanos = ageNanos;
        }
        process = known;
    }

    /** The time from the start of the server process to this session's first statement. */
    long loginNanos() {
        return loginNanos;
    }

    /** Null until the server has answered a query. */
    @Nullable
    ServerProcess process() {
        return process;
    }

    String database() {
        return database;
    }

    /** Nanoseconds since it was opened. */
    long age() {
        return System.nanoTime() - openedAt;
    }
}
