package dev.pgvigil.demo;

import dev.pgvigil.testing.PgServer;
import java.time.Duration;

/** A server that accepts connections and never answers, as with a hung disk. */
final class FrozenServer implements Fault {

    private final PgServer server;

    FrozenServer(PgServer server) {
        this.server = server;
    }

    @Override
    public String begins() {
        return "the server of guests is frozen: it accepts connections and answers nothing";
    }

    @Override
    public String heals() {
        return "the server of guests goes on";
    }

    @Override
    public Duration lasts() {
        return Duration.ofSeconds(15);
    }

    @Override
    public void begin() {
        server.freeze();
    }

    @Override
    public void heal() {
        server.thaw();
    }
}
