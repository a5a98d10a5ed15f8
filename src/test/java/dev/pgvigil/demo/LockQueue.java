package dev.pgvigil.demo;

import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A migration waits for an open transaction, and every query of the table waits for the migration. */
final class LockQueue implements Fault {

    private final PgServer server;
    private @Nullable Connection forgotten;
    private @Nullable Thread migration;

    LockQueue(PgServer server) {
        this.server = server;
    }

    @Override
    public String begins() {
        return "lock queue in shop: ALTER TABLE orders waits behind a forgotten transaction, and the shop behind both";
    }

    @Override
    public String heals() {
        return "the forgotten transaction is over, the queue moves";
    }

    @Override
    public Duration lasts() {
        return Duration.ofSeconds(25);
    }

    @Override
    public void begin() throws SQLException {
        Connection connection = server.jdbc("shop", "postgres", null, "month-end-report");
        connection.setAutoCommit(false);
        Rows.update(connection, "lock table orders in access share mode");
        forgotten = connection;
        migration = Thread.startVirtualThread(this::migrate);
    }

    @Override
    public void heal() throws SQLException, InterruptedException {
        if (forgotten != null) {
            forgotten.rollback();
            forgotten.close();
        }
        if (migration != null) {
            migration.join(Duration.ofSeconds(10));
        }
    }

    private void migrate() {
        try (Connection connection = server.jdbc("shop", "postgres", null, "migrations")) {
            Rows.update(connection, "alter table orders add column if not exists gift boolean");
        } catch (SQLException e) {
            Console.line("demo", "the migration failed: " + e.getMessage());
        }
    }
}
