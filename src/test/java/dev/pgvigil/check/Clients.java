package dev.pgvigil.check;

import dev.pgvigil.postgres.Sql;
import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** An application's sessions with problematic behavior. They end with the test. */
public final class Clients implements AutoCloseable {

    private final PgServer server;
    private final String database;
    private final List<Connection> open = new ArrayList<>();

    public Clients(PgServer server, String database) {
        this.server = server;
        this.database = database;
    }

    /** A session of the superuser with that application's name, and no transaction. */
    public Client idle(String application) throws SQLException {
        return idle(application, "postgres");
    }

    public Client idle(String application, String user) throws SQLException {
        Connection connection = server.jdbc(database, user, null, application);
        open.add(connection);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            return new Client(connection, row.getInt(1));
        }
    }

    /** A session that has run these statements and keeps its transaction open. */
    public Client inTransaction(String application, String... statements) throws SQLException {
        Client client = idle(application);
        client.connection.setAutoCommit(false);
        client.run(statements);
        return client;
    }

    @Override
    public void close() {
        leave();
    }

    /** Ends them on the server too: a backend that waits for a lock does not notice that its client is gone. */
    public void leave() {
        server.sql(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename <> 'pgvigil' and datname = "
                        + Sql.literal(database) + " and pid <> pg_backend_pid()");
        for (Connection connection : open) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                // The session is gone.
            }
        }
    }

    /** One session. */
    public record Client(Connection connection, int pid) {

        public void run(String... statements) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
        }

        /** Starts a statement; the future completes with it, exceptionally if it fails. */
        public CompletableFuture<Void> start(String sql) {
            return CompletableFuture.runAsync(
                    () -> {
                        try {
                            run(sql);
                        } catch (SQLException e) {
                            throw new CompletionException(e);
                        }
                    },
                    command -> Thread.ofVirtual().start(command));
        }

        /** Starts a statement and ignores its result. */
        public void begin(String sql) {
            Thread.ofVirtual().start(() -> {
                try {
                    run(sql);
                } catch (SQLException e) {
                    // It ended with its session.
                }
            });
        }
    }
}
