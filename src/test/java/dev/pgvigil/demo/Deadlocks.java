package dev.pgvigil.demo;

import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Two services update the same rows in opposite order. */
final class Deadlocks implements Fault {

    private static final int PAIRS = 8;
    private static final String DEADLOCK = "40P01";

    private final PgServer server;

    Deadlocks(PgServer server) {
        this.server = server;
    }

    @Override
    public String begins() {
        return "deadlocks in bookings: two services lock the same things in opposite order";
    }

    @Override
    public String heals() {
        return "both lock in the same order now";
    }

    @Override
    public Duration lasts() {
        return Duration.ofSeconds(20);
    }

    @Override
    public void begin() throws SQLException, InterruptedException {
        for (int pair = 0; pair < PAIRS; pair++) {
            deadlock(2L * pair, 2L * pair + 1);
        }
    }

    @Override
    public void heal() {
        // Both services have ended.
    }

    private void deadlock(long one, long other) throws SQLException, InterruptedException {
        try (Connection first = server.jdbc("bookings", "postgres", null, "invoices");
                Connection second = server.jdbc("bookings", "postgres", null, "refunds")) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            lock(first, one);
            lock(second, other);
            Thread waiting = Thread.startVirtualThread(() -> {
                try {
                    lock(first, other);
                } catch (SQLException e) {
                    victim(e);
                }
            });
            try {
                lock(second, one);
            } catch (SQLException e) {
                victim(e);
            }
            second.rollback();
            waiting.join();
            first.rollback();
        }
    }

    private static void lock(Connection connection, long key) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(" + key + ")");
        }
    }

    /** One of the two is the server's victim. */
    private static void victim(SQLException e) {
        if (!DEADLOCK.equals(e.getSQLState())) {
            throw new IllegalStateException(e);
        }
    }
}
