package dev.pgvigil.demo;

import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The monitored servers: a primary with the databases {@code shop} and {@code bookings}, its streaming standby, and a server of
 * an older major with {@code guests}. The role {@code pgvigil} has the published grants and a password.
 */
record Servers(PgServer primary, PgServer standby, PgServer old, String password) implements AutoCloseable {

    /** Few, so that a rush of clients takes 95 % of them: all but one for superusers and one for monitoring. */
    private static final Map<String, String> SMALL =
            Map.of("max_connections", "40", "superuser_reserved_connections", "1", "track_io_timing", "on");

    static Servers start() {
        String password = PgServer.unique("demo");
        PgServer primary = PgServer.start(18, with(SMALL, "reserved_connections", "1"));
        PgServer old = PgServer.start(14, SMALL);
        load(primary, "shop");
        load(primary, "bookings");
        load(old, "guests");
        monitorable(primary, password);
        monitorable(old, password);
        return new Servers(primary, primary.standby(), old, password);
    }

    @Override
    public void close() {
        standby.close();
        primary.close();
        old.close();
    }

    private static void monitorable(PgServer server, String password) {
        server.monitorRole("pgvigil", password);
        server.hba("host all pgvigil 127.0.0.1/32 scram-sha-256", "host all all 127.0.0.1/32 trust");
    }

    private static void load(PgServer server, String database) {
        server.createDatabase(database);
        server.sqlIn(database, script(database), "vacuum analyze");
    }

    private static String script(String database) {
        try (InputStream in = Objects.requireNonNull(Servers.class.getResourceAsStream(database + ".sql"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> with(Map<String, String> settings, String name, String value) {
        Map<String, String> all = new HashMap<>(settings);
        all.put(name, value);
        return all;
    }
}
