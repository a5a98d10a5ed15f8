package dev.pgvigil.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP server that accepts every connection, reads nothing and never answers. */
public final class UnresponsiveServer implements AutoCloseable {

    private final ServerSocket listener = new ServerSocket();
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final AtomicInteger accepted = new AtomicInteger();

    private UnresponsiveServer() throws IOException {
        listener.bind(Sockets.loopback(0));
    }

    public static UnresponsiveServer start() {
        try {
            UnresponsiveServer mute = new UnresponsiveServer();
            Thread.ofVirtual().start(mute::accept);
            return mute;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String host() {
        return PgServer.LOOPBACK;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Number of connections accepted so far. */
    public int accepted() {
        return accepted.get();
    }

    @Override
    public void close() {
        Sockets.close(listener);
        sockets.forEach(Sockets::close);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                sockets.add(listener.accept());
                accepted.incrementAndGet();
            } catch (IOException e) {
                return;
            }
        }
    }
}
