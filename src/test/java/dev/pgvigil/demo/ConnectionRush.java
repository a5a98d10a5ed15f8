package dev.pgvigil.demo;

import dev.pgvigil.testing.ConnectionStorm;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A service without a connection pool takes every connection available. */
final class ConnectionRush implements Fault {

    private final PgServer server;
    private @Nullable ConnectionStorm storm;

    ConnectionRush(PgServer server) {
        this.server = server;
    }

    @Override
    public String begins() {
        return "connection storm on the primary: a service without a pool takes all that is left of 40 connections";
    }

    @Override
    public String heals() {
        return "the service was restarted, its connections are free";
    }

    @Override
    public Duration lasts() {
        return Duration.ofSeconds(30);
    }

    @Override
    public void begin() {
        storm = ConnectionStorm.of(Integer.MAX_VALUE, () -> server.jdbc("shop", "shop_app", null, "checkout"));
    }

    @Override
    public void heal() {
        if (storm != null) {
            storm.close();
        }
    }
}
