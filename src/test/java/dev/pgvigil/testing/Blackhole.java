package dev.pgvigil.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** An address where connecting never ends, as behind a firewall that drops packets: its accept queue is full. */
public final class Blackhole implements AutoCloseable {

    private static final int MOST = 64;
    private static final int PATIENCE_MS = 300;

    private final ServerSocket listener = new ServerSocket();
    private final List<Socket> queue = new ArrayList<>();

    private Blackhole() throws IOException {
        listener.bind(Sockets.loopback(0), 1);
    }

    public static Blackhole start() {
        try {
            Blackhole hole = new Blackhole();
            hole.fill();
            return hole;
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

    @Override
    public void close() {
        Sockets.close(listener);
        queue.forEach(Sockets::close);
    }

    private void fill() throws IOException {
        while (queue.size() < MOST) {
            Socket socket = new Socket();
            queue.add(socket);
            try {
                socket.connect(listener.getLocalSocketAddress(), PATIENCE_MS);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        throw new IllegalStateException("this kernel queues more than " + MOST + " connections");
    }
}
