package dev.pgvigil.testing;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** One database of a server, for the harness' own short queries. */
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
        return connect("jdbc:postgresql://" + PgServer.LOOPBACK + ":" + port + "/", properties);
    }

    // not by the DriverManager, which knows the drivers of one class loader only: each Quarkus under test has its own
    private static Connection connect(String url, Properties properties) throws SQLException {
        for (Driver driver : ServiceLoader.load(Driver.class)) {
            Connection connection = driver.connect(url, properties);
            if (connection != null) {
                return connection;
            }
        }
        throw new SQLException("no driver for " + url);
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
