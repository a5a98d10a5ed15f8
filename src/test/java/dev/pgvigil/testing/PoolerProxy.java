package dev.pgvigil.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Behaves like a connection pooler that ignores the settings of a login, as PgBouncer with {@code ignore_startup_parameters}:
 * they do not reach the server, and the pooler sends a process ID of its own.
 */
public final class PoolerProxy implements AutoCloseable {

    private static final int LONGEST = 100_000;
    private static final List<String> PASSED_ON = List.of("user", "database", "client_encoding");

    private final ServerSocket listener = new ServerSocket();
    private final PgServer server;

    private PoolerProxy(PgServer server) throws IOException {
        this.server = server;
        listener.bind(Sockets.loopback(0));
    }

    public static PoolerProxy before(PgServer server) {
        try {
            PoolerProxy proxy = new PoolerProxy(server);
            Thread.ofVirtual().start(proxy::accept);
            return proxy;
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
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket upstream = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            login(new DataInputStream(client.getInputStream()), new DataOutputStream(upstream.getOutputStream()));
            Thread.ofVirtual().start(() -> copy(client, upstream));
            answers(new DataInputStream(upstream.getInputStream()), new DataOutputStream(client.getOutputStream()));
        } catch (IOException e) {
            // Either side closed the connection.
        }
    }

    private static void login(DataInputStream in, DataOutputStream out) throws IOException {
        byte[] message = new byte[Math.clamp(in.readInt() - Integer.BYTES, 0, LONGEST)];
        in.readFully(message);
        String[] words = new String(message, Integer.BYTES, message.length - Integer.BYTES, StandardCharsets.UTF_8)
                .split("\0", -1);
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        kept.write(message, 0, Integer.BYTES);
        for (int i = 0; i + 1 < words.length; i += 2) {
            if (PASSED_ON.contains(words[i])) {
                kept.writeBytes((words[i] + "\0" + words[i + 1] + "\0").getBytes(StandardCharsets.UTF_8));
            }
        }
        kept.write(0);
        out.writeInt(kept.size() + Integer.BYTES);
        out.write(kept.toByteArray());
        out.flush();
    }

    private static void answers(DataInputStream in, DataOutputStream out) throws IOException {
        while (true) {
            byte type = in.readByte();
            byte[] body = new byte[in.readInt() - Integer.BYTES];
            in.readFully(body);
            if (type == 'K') {
                ByteBuffer.wrap(body).putInt(0, 1);
            }
            out.writeByte(type);
            out.writeInt(body.length + Integer.BYTES);
            out.write(body);
            out.flush();
        }
    }

    private static void copy(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // Either side closed the connection.
        }
    }
}
