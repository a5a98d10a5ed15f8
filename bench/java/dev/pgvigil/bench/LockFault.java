package dev.pgvigil.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Sessions wait for a lock that an idle session holds. */
final class LockFault implements Fault {

    private static final int WAITERS = 3;

    private final PgServer server;
    private final List<Thread> waiters = new ArrayList<>();
    private final Connection holder;

    LockFault(PgServer server) throws SQLException {
        this.server = server;
        server.sql("create table held (id int)");
        holder = server.jdbc("postgres");
        holder.setAutoCommit(false);
    }

    @Override
    public String name() {
        return "lock queue";
    }

    @Override
    public Duration interval() {
        return Duration.ofSeconds(5);
    }

    @Override
    public Instant begin() throws SQLException {
        try (Statement statement = holder.createStatement()) {
            statement.execute("lock table held in access exclusive mode");
        }
        Instant before = Instant.now();
        for (int i = 0; i < WAITERS; i++) {
            waiters.add(Thread.ofVirtual().start(() -> server.sql("select count(*) from held")));
        }
        return before;
    }

    @Override
    public Instant end() throws Exception {
        Instant before = Instant.now();
        holder.rollback();
        for (Thread waiter : waiters) {
            waiter.join();
        }
        waiters.clear();
        return before;
    }

    @Override
    public boolean reports(String event, JsonNode data) {
        return event.equals("opened") && blocking(data);
    }

    @Override
    public boolean reportsEnd(String event, JsonNode data) {
        return event.equals("closed") && blocking(data);
    }

    private static boolean blocking(JsonNode data) {
        return data.get("finding").get("check").asText().equals("blocking");
    }

    @Override
    public void close() {
        try {
            holder.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            server.close();
        }
    }
}
