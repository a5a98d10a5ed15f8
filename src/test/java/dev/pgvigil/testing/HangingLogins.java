package dev.pgvigil.testing;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Connections that send a startup packet and never answer the request for authentication, until closed. */
public final class HangingLogins implements AutoCloseable {

    private static final int PROTOCOL = 3 << 16;

    private final List<Socket> sockets = new ArrayList<>();

    private HangingLogins() {}

    /** Returns when the server waits for all of them. */
    public static HangingLogins of(PgServer server, String user, int number) {
        HangingLogins logins = new HangingLogins();
        try {
            for (int i = 0; i < number; i++) {
                logins.add(server.port(), user);
            }
        } catch (IOException e) {
            logins.close();
            throw new IllegalStateException(e.getMessage(), e);
        }
        return logins;
    }

    private void add(int port, String user) throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.setSoTimeout(20_000);
        socket.connect(Sockets.loopback(port));
        byte[] parameters = ("user\0" + user + "\0database\0postgres\0\0").getBytes(StandardCharsets.UTF_8);
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(8 + parameters.length);
        out.writeInt(PROTOCOL);
        out.write(parameters);
        out.flush();
        int type = socket.getInputStream().read();
        if (type != 'R') {
            throw new IOException("no request for authentication, but " + (char) type);
        }
    }

    public int size() {
        return sockets.size();
    }

    @Override
    public void close() {
        sockets.forEach(Sockets::close);
        sockets.clear();
    }
}
