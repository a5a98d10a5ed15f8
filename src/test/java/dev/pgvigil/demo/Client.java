package dev.pgvigil.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Random;

/**
 * One client of a database, with one connection: works, pauses, and reconnects when the connection is lost.
 *
 * @param pauseMs mean pause between two units of work
 */
record Client(Connecting connecting, Work work, int pauseMs) implements Runnable {

    private static final int RECONNECT_MS = 1000;

    /** Opens a connection. */
    @FunctionalInterface
    interface Connecting {
        Connection connect() throws SQLException;
    }

    /** One unit of work, in its own transactions. */
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
            // The server fails, as the demo intends; try again.
        }
    }
}
