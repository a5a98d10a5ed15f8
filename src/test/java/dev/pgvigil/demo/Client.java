package dev.pgvigil.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Random;

/**
 * One client of a database, with one connection: works, pauses, and connects anew when it lost its connection.
 *
 * @param pauseMs mean time between two pieces of work
 */
record Client(Connecting connecting, Work work, int pauseMs) implements Runnable {

    private static final int RECONNECT_MS = 1000;

    /** Opens a connection. */
    @FunctionalInterface
    interface Connecting {
        Connection connect() throws SQLException;
    }

    /** One piece of work, in transactions of its own. */
    @FunctionalInterface
    interface Work {
        void once(Connection connection, Random random) throws SQLException;
    }

    /** Works until interrupted. */
    @Override
    public void run() {
        Random random = new Random();
        try {
            while (true) {
                session(random);
                Thread.sleep(RECONNECT_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void session(Random random) throws InterruptedException {
        try (Connection connection = connecting.connect()) {
            connection.setAutoCommit(false);
            while (true) {
                work.once(connection, random);
                connection.commit();
                Thread.sleep(random.nextInt(2 * pauseMs));
            }
        } catch (SQLException e) {
            // Its server fails, as is the point of the demo; it tries again.
        }
    }
}
