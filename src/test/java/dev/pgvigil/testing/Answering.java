package dev.pgvigil.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Speaks enough of PostgreSQL's protocol to answer every login with one error, as servers and poolers do that we have not. */
public final class Answering implements AutoCloseable {

    private static final int LONGEST = 10_000;

    private final ServerSocket listener = new ServerSocket();
    private final byte[] answer;

    private Answering(String state, String message) throws IOException {
        answer = error(state, message);
        listener.bind(Sockets.loopback(0));
    }

    /** A server that says this, with that SQLSTATE, to everyone. */
    public static Answering with(String state, String message) {
        try {
            Answering answering = new Answering(state, message);
            Thread.ofVirtual().start(answering::accept);
            return answering;
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
            try (Socket client = listener.accept()) {
                DataInputStream in = new DataInputStream(client.getInputStream());
                in.readFully(new byte[Math.clamp(in.readInt() - Integer.BYTES, 0, LONGEST)]);
                OutputStream out = client.getOutputStream();
                out.write(answer);
                out.flush();
            } catch (IOException e) {
                // The client is gone, or this is closed.
            }
        }
    }

    private static byte[] error(String state, String message) {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        field(fields, 'S', "FATAL");
        field(fields, 'C', state);
        field(fields, 'M', message);
        fields.write(0);
        byte[] body = fields.toByteArray();
        return ByteBuffer.allocate(1 + Integer.BYTES + body.length)
                .put((byte) 'E')
                .putInt(Integer.BYTES + body.length)
                .put(body)
                .array();
    }

    private static void field(ByteArrayOutputStream fields, char type, String text) {
        fields.write(type);
        fields.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        fields.write(0);
    }
}
