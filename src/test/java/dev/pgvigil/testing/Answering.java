package dev.pgvigil.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Speaks enough of PostgreSQL's protocol to answer every login in one way, as servers and poolers do that we have not. */
public final class Answering implements AutoCloseable {

    private static final int LONGEST = 10_000;

    private final ServerSocket listener = new ServerSocket();
    private final byte[] answer;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    private final String host;

    private Answering(String host, byte[] answer) throws IOException {
        this.host = host;
        this.answer = answer;
        listener.bind(new InetSocketAddress(InetAddress.getByName(host), 0));
    }

    /** A server that says this, with that SQLSTATE, to everyone. */
    public static Answering with(String state, String message) {
        return start(PgServer.LOOPBACK, error(state, message, null));
    }

    /** A server that says this, with that SQLSTATE and from that routine, to everyone. */
    public static Answering with(String state, String message, String routine) {
        return start(PgServer.LOOPBACK, error(state, message, routine));
    }

    /** One that listens at the loopback address of IPv6 alone. */
    public static Answering onIpv6(String state, String message) {
        return start("::1", error(state, message, null));
    }

    /** A server that asks everyone to authenticate in one way. */
    public static Answering asking(int method, String... mechanisms) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(method).array());
        for (String mechanism : mechanisms) {
            body.writeBytes((mechanism + "\0").getBytes(StandardCharsets.UTF_8));
        }
        body.write(0);
        return start(PgServer.LOOPBACK, message('R', body.toByteArray()));
    }

    /** A server that says just this to everyone. */
    public static Answering raw(String text) {
        return start(PgServer.LOOPBACK, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Answering start(String host, byte[] answer) {
        try {
            Answering answering = new Answering(host, answer);
            Thread.ofVirtual().start(answering::accept);
            return answering;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String host() {
        return host;
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
                // This is closed.
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            in.readFully(new byte[Math.clamp(in.readInt() - Integer.BYTES, 0, LONGEST)]);
            OutputStream out = client.getOutputStream();
            out.write(answer);
            out.flush();
            if (answer[0] != 'E') {
                received.write(in.readAllBytes());
            }
        } catch (IOException e) {
            // The client is gone.
        }
    }

    /** What clients have sent after the answer. */
    public String received() {
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    private static byte[] error(String state, String message, @Nullable String routine) {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        field(fields, 'S', "FATAL");
        field(fields, 'C', state);
        field(fields, 'M', message);
        if (routine != null) {
            field(fields, 'R', routine);
        }
        fields.write(0);
        return message('E', fields.toByteArray());
    }

    private static byte[] message(char type, byte[] body) {
        return ByteBuffer.allocate(1 + Integer.BYTES + body.length)
                .put((byte) type)
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
