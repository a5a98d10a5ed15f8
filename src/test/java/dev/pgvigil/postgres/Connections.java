package dev.pgvigil.postgres;

import io.vertx.core.Vertx;

/** Lets tests of other packages open connections. */
public final class Connections {

    private Connections() {}

    public static Connector connector(Vertx vertx) {
        return new Connector(vertx, new ConnectLimiter(), new HostAddresses(vertx));
    }
}
