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

/**
 * Implements enough of PostgreSQL's protocol to answer every login in one way, as servers and poolers do that the tests do not
 * have.
 */
public final class ScriptedServer implements AutoCloseable {

    private static final int LONGEST = 10_000;

    private final ServerSocket listener = new ServerSocket();
    private final byte[] answer;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    private final String host;

    private ScriptedServer(String host, byte[] answer) throws IOException {
        this.host = host;
        this.answer = answer;
        listener.bind(new InetSocketAddress(InetAddress.getByName(host), 0));
    }

    /** A server that answers every login with this error. */
    public static ScriptedServer with(String state, String message) {
        return start(PgServer.LOOPBACK, error(state, message, null));
    }

    /** A server that answers every login with this error from this routine. */
    public static ScriptedServer with(String state, String message, String routine) {
        return start(PgServer.LOOPBACK, error(state, message, routine));
    }

    /** A server that listens on the IPv6 loopback address only. */
    public static ScriptedServer onIpv6(String state, String message) {
        return start("::1", error(state, message, null));
    }

    /** A server that requests this authentication method from every client. */
    public static ScriptedServer asking(int method, String... mechanisms) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(method).array());
        for (String mechanism : mechanisms) {
            body.writeBytes((mechanism + "\0").getBytes(StandardCharsets.UTF_8));
        }
        body.write(0);
        return start(PgServer.LOOPBACK, message('R', body.toByteArray()));
    }

    /** A server that sends this text to every client. */
    public static ScriptedServer raw(String text) {
        return start(PgServer.LOOPBACK, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static ScriptedServer start(String host, byte[] answer) {
        try {
            ScriptedServer answering = new ScriptedServer(host, answer);
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
                // This server is closed.
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

    /** The data that clients sent after the answer. */
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
