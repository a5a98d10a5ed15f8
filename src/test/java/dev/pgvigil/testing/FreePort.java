package dev.pgvigil.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Finds ports for servers that restart on the same port. */
public final class FreePort {

    private FreePort() {}

    /**
     * A free port of the loopback address, below the kernel's ephemeral range: otherwise a client could take the port of a
     * server that is down.
     */
    public static int next() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(Sockets.loopback(port));
                return port;
            } catch (IOException e) {
                // In use: try the next one.
            }
        }
        throw new IllegalStateException("no free port");
    }
}
