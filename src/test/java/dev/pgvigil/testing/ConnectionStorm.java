package dev.pgvigil.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Idle connections that take slots, until closed. */
public final class ConnectionStorm implements AutoCloseable {

    private static final String TOO_MANY_CONNECTIONS = "53300";

    private final List<Connection> taken;

    private ConnectionStorm(List<Connection> taken) {
        this.taken = taken;
    }

    /** Opens at most this many connections, until the server has no slot left. */
    public static ConnectionStorm of(int most, Callable<Connection> connect) {
        List<Connection> taken = new ArrayList<>();
        ConnectionStorm storm = new ConnectionStorm(taken);
        try {
            while (taken.size() < most) {
                taken.add(connect.call());
            }
        } catch (SQLException e) {
            if (!TOO_MANY_CONNECTIONS.equals(e.getSQLState())) {
                storm.close();
                throw new IllegalStateException(e.getMessage(), e);
            }
        } catch (Exception e) {
            storm.close();
            throw new IllegalStateException(e.getMessage(), e);
        }
        return storm;
    }

    /** Number of slots taken. */
    public int size() {
        return taken.size();
    }

    @Override
    public void close() {
        for (Connection connection : taken) {
            try {
                connection.close();
            } catch (SQLException e) {
                // The server is gone, and so is the slot.
            }
        }
        taken.clear();
    }
}
