package dev.pgvigil.corpus;

import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A server of a case's own, with the database {@code app} that is the target. Everything that it started ends with it. */
public final class Scene implements AutoCloseable {

    /** A part of a case. */
    public interface Step {
        void run(Scene scene) throws Exception;
    }

    /** Work on a connection, called again and again until the scene is quiet. */
    public interface Work {
        void run(Connection connection) throws Exception;
    }

    public static final String DATABASE = "app";

    /** What a server in production has, where the harness' servers are faster. */
    private static final Map<String, String> REALISTIC =
            Map.of("fsync", "on", "full_page_writes", "on", "synchronous_commit", "on", "log_timezone", "UTC");

    private static final Duration END = Duration.ofSeconds(10);

    private final PgServer server;
    private final @Nullable PgServer standby;
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private final List<Thread> workers = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final Map<String, String> values = new HashMap<>();
    private final List<AutoCloseable> resources = new CopyOnWriteArrayList<>();
    private volatile boolean quiet;

    private Scene(PgServer server, @Nullable PgServer standby) {
        this.server = server;
        this.standby = standby;
    }

    static Scene start(int major, Map<String, String> settings, boolean withStandby) {
        Map<String, String> all = new HashMap<>(REALISTIC);
        all.putAll(settings);
        PgServer server = PgServer.start(major, all);
        try {
            server.server(); // creates the role
            server.createDatabase(DATABASE);
            return new Scene(server, withStandby ? server.standby() : null);
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** The server; the primary, where there is a standby. */
    public PgServer server() {
        return server;
    }

    /** The standby of a case that asks for it. */
    public PgServer standby() {
        if (standby == null) {
            throw new IllegalStateException("the case has no standby");
        }
        return standby;
    }

    PgServer target() {
        return standby == null ? server : standby;
    }

    /** Defines a value that stands in the configuration of the target as {@code <name>}. */
    public void define(String name, Object value) {
        values.put(name, String.valueOf(value));
    }

    String resolved(String config) {
        String text = config;
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("<" + value.getKey() + ">", value.getValue());
        }
        return text;
    }

    /** Closes this at the end of the scene. */
    public <T extends AutoCloseable> T closing(T resource) {
        resources.add(resource);
        return resource;
    }

    /** Runs statements in the target's database as superuser, each in its own transaction. */
    public void sql(String... statements) {
        server.sqlIn(DATABASE, statements);
    }

    /** The first column of the first row, as text. */
    public @Nullable String value(String query) {
        return server.valueIn(DATABASE, query);
    }

    /** A superuser's connection to the target's database, with this application name. */
    public Connection connect(String application) throws SQLException {
        Connection connection = server.jdbc(DATABASE, "postgres", null, application);
        connections.add(connection);
        return connection;
    }

    /** A connection of this role, which must be able to log in. */
    public Connection connectAs(String role) throws SQLException {
        Connection connection = server.jdbc(DATABASE, role, null, role);
        connections.add(connection);
        return connection;
    }

    public Connection connect() throws SQLException {
        return connect("shop");
    }

    /** Runs statements on a new connection in the background, once; their failure does not matter. */
    public void background(String... statements) throws SQLException {
        Connection connection = connect();
        workers.add(Thread.ofVirtual().start(() -> {
            try (var statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            } catch (SQLException e) {
                // Cancelled by the repair, or by the end of the scene.
            }
        }));
    }

    /** Repeats work on so many connections of its own, until the scene is quiet; a failure fails the case. */
    public void repeat(int clients, Work work) throws SQLException {
        for (int i = 0; i < clients; i++) {
            repeat(connect(), work);
        }
    }

    /** Repeats work on a connection to another server than the scene's own, such as a standby. */
    public void repeatOn(PgServer other, String application, Work work) throws SQLException {
        Connection connection = other.jdbc(DATABASE, "postgres", null, application);
        connections.add(connection);
        repeat(connection, work);
    }

    private void repeat(Connection connection, Work work) {
        workers.add(Thread.ofVirtual().start(() -> {
            try {
                while (!quiet) {
                    work.run(connection);
                }
            } catch (Exception e) {
                if (!quiet) {
                    failures.add(e);
                }
            }
        }));
    }

    /** Ends all work and all connections of the case. */
    public void quiet() throws InterruptedException {
        quiet = true;
        for (Connection connection : connections) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                // Ended already.
            }
        }
        for (Thread worker : workers) {
            worker.interrupt();
            worker.join(END);
        }
        connections.clear();
        workers.clear();
        // A backend notices the end of its client when it next reads or writes.
        server.sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + DATABASE
                + "' and usename <> 'pgvigil' and pid <> pg_backend_pid()");
    }

    /** Failures of repeated work. */
    List<Throwable> failures() {
        return failures;
    }

    @Override
    public void close() {
        quiet = true;
        try (server) {
            if (standby != null) {
                standby.close();
            }
            for (Connection connection : connections) {
                connection.abort(Runnable::run);
            }
            for (AutoCloseable resource : resources) {
                resource.close();
            }
        } catch (Exception e) {
            // They end with their server.
        }
    }
}
