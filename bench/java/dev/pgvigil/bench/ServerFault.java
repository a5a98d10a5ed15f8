package dev.pgvigil.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** A whole server is killed, or freezes. */
final class ServerFault implements Fault {

    private static final DateTimeFormatter LOGGED = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");

    private final PgServer server;
    private final boolean killed;

    ServerFault(PgServer server, boolean killed) {
        this.server = server;
        this.killed = killed;
    }

    @Override
    public String name() {
        return killed ? "killed" : "frozen";
    }

    @Override
    public Duration interval() {
        return Duration.ofMillis(500);
    }

    @Override
    public Instant begin() {
        Instant before = Instant.now();
        if (killed) {
            server.kill();
        } else {
            server.freeze();
        }
        return before;
    }

    @Override
    public Instant end() {
        if (killed) {
            server.restart();
            return readySince();
        }
        Instant before = Instant.now();
        server.thaw();
        return before;
    }

    /** From the server's log: it accepts clients a moment before the harness notices. */
    private Instant readySince() {
        String line = server.log()
                .lines()
                .filter(text -> text.contains("ready to accept connections"))
                .reduce((first, second) -> second)
                .orElseThrow();
        return LocalDateTime.parse(line.substring(0, 23), LOGGED).toInstant(ZoneOffset.UTC);
    }

    @Override
    public boolean reports(String event, JsonNode data) {
        return event.equals("status_changed") && data.get("to").asText().equalsIgnoreCase("unhealthy");
    }

    @Override
    public boolean reportsEnd(String event, JsonNode data) {
        return event.equals("status_changed") && data.get("to").asText().equalsIgnoreCase("healthy");
    }

    @Override
    public void close() {
        server.close();
    }
}
