package dev.pgvigil.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Finds ports for servers that come back on the port they had. */
final class FreePort {

    private FreePort() {}

    /**
     * A free port of the loopback address, below the range that the kernel takes clients' ports from: else a client could
     * get the port of a server while that is down.
     */
    static int next() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(Sockets.loopback(port));
                return port;
            } catch (IOException e) {
                // Taken: the next one.
            }
        }
        throw new IllegalStateException("no free port");
    }
}
