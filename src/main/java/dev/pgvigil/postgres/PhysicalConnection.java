package dev.pgvigil.postgres;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.spi.ConnectionFactory;

/**
 * One physical connection, which owns its socket: it can be dropped at any moment, whatever the server does. Used from its
 * event loop.
 */
final class PhysicalConnection {

    private final ConnectionFactory sockets;
    private final SqlConnection connection;
    private final ConnectionBudget.Permit permit;
    private final String database;
    private final StatementCache prepared = new StatementCache(this::query);
    private final SerialQueue turns = new SerialQueue();
    private final long openedAt = System.nanoTime();
    private final Promise<Void> gone = Promise.promise();
    private boolean closed;

    PhysicalConnection(
            ConnectionFactory sockets, SqlConnection connection, ConnectionBudget.Permit permit, String database) {
        this.sockets = sockets;
        this.connection = connection;
        this.permit = permit;
        this.database = database;
        connection.exceptionHandler(lost -> {}); // a lost connection tells through its close handler
    }

    Future<RowSet<Row>> query(String sql) {
        return connection.query(sql).execute();
    }

    /** The answer, and in the next row set how long the server took, in microseconds. What is asked again gets cheaper. */
    Future<RowSet<Row>> timed(String sql) {
        return prepared.ask(sql);
    }

    /** In which the statements of checks are sent. */
    SerialQueue turns() {
        return turns;
    }

    /** Calls back if the connection ends otherwise than by {@link #close} or {@link #drop}. */
    void onLost(Runnable lost) {
        connection.closeHandler(end -> {
            if (!closed) {
                drop();
                lost.run();
            }
        });
    }

    /** Says goodbye, so that the server's log stays clean, and does not wait for an answer. */
    void close() {
        if (!closed) {
            connection.close();
            drop();
        }
    }

    /** Ends when the socket is closed. */
    Future<Void> gone() {
        return gone.future();
    }

    /** Closes the socket at once. */
    void drop() {
        if (!closed) {
            closed = true;
            permit.release();
            sockets.close(gone);
        }
    }

    boolean closed() {
        return closed;
    }

    String database() {
        return database;
    }

    /** Nanoseconds since it was opened. */
    long age() {
        return System.nanoTime() - openedAt;
    }
}
