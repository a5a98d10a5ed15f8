package dev.pgvigil.testing;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/** One database of a server, for the harness' own short questions. */
record Database(int port, String name) {

    Connection connect(String user, @Nullable String password, String application) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("PGDBNAME", name);
        properties.setProperty("ApplicationName", application);
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("loginTimeout", "10");
        properties.setProperty("socketTimeout", "60");
        if (password != null) {
            properties.setProperty("password", password);
        }
        // not by the DriverManager: it knows the drivers of one class loader, and each Quarkus under test has another
        Connection connection =
                new Driver().connect("jdbc:postgresql://" + PgServer.LOOPBACK + ":" + port + "/", properties);
        return Objects.requireNonNull(connection);
    }

    void run(String... statements) {
        try (Connection connection = superuser();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Nullable
    String value(String query) {
        try (Connection connection = superuser();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? rows.getString(1) : null;
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private Connection superuser() throws SQLException {
        return connect("postgres", null, "harness");
    }
}
