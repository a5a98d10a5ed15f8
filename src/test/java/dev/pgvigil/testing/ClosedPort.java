package dev.pgvigil.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;

/** A port that refuses connections, and that no other process can take while this is open. */
public final class ClosedPort implements AutoCloseable {

    /** Bound, but not listening. */
    private final Socket socket = new Socket();

    private ClosedPort() throws IOException {
        socket.bind(Sockets.loopback(0));
    }

    public static ClosedPort start() {
        try {
            return new ClosedPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String host() {
        return PgServer.LOOPBACK;
    }

    public int port() {
        return socket.getLocalPort();
    }

    @Override
    public void close() {
        Sockets.close(socket);
    }
}
