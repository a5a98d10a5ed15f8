package dev.pgvigil.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A proxy that simulates network faults: it can hold bytes back, delay them, and cut connections. */
public final class TcpProxy implements AutoCloseable {

    private static final int TLS_REQUEST = 8;

    private final ServerSocket listener = new ServerSocket();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> stranded = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger logins = new AtomicInteger();
    private final InetSocketAddress server;
    private final Barrier gate = new Barrier();
    private volatile Supplier<Duration> delays = () -> Duration.ZERO;
    private volatile boolean mute;

    private TcpProxy(int port) throws IOException {
        server = Sockets.loopback(port);
        listener.bind(Sockets.loopback(0));
    }

    /** A proxy for a port of the loopback address, that passes everything at once. */
    public static TcpProxy before(int port) {
        try {
            TcpProxy proxy = new TcpProxy(port);
            Thread.ofVirtual().start(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A proxy that passes everything at once. */
    public static TcpProxy before(PgServer server) {
        return before(server.port());
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

    /** Holds all bytes back, in both directions; connections stay open, and new ones are accepted. */
    public void pause() {
        gate.shut();
    }

    /** Passes bytes again, including those held back. */
    public void resume() {
        gate.open();
    }

    /** Delays the data by this much in each direction. */
    public void latency(Duration time) {
        delays(() -> time);
    }

    /** Asks for the delay of each chunk of data, in either direction; what comes after it on the connection waits too. */
    public void delays(Supplier<Duration> each) {
        delays = each;
    }

    /** Passes nothing more on the connections open now, nor ever on those accepted before {@link #unmute}. */
    public void mute() {
        mute = true;
        strand();
    }

    /** Serves connections that are accepted from now on. */
    public void unmute() {
        mute = false;
    }

    /** Number of connections that have sent more at first than a request for TLS. */
    public int logins() {
        return logins.get();
    }

    /** Passes nothing more on the connections open now; neither side notices that the other has closed one. */
    public void strand() {
        stranded.addAll(sockets);
    }

    /** Closes every connection that is open now. */
    public void cut() {
        sockets.forEach(Sockets::close);
    }

    /** Closes every connection, and refuses new ones. */
    public void end() {
        close();
    }

    @Override
    public void close() {
        Sockets.close(listener);
        cut();
        gate.open();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                accepted.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        Socket upstream = new Socket();
        sockets.add(client);
        sockets.add(upstream);
        if (mute) {
            stranded.addAll(List.of(client, upstream));
        }
        try {
            upstream.connect(server, 10_000);
            Thread.ofVirtual().start(() -> pump(upstream, client));
            pump(client, upstream);
        } catch (IOException e) {
            end(client, upstream);
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[16 * 1024];
        boolean first = true;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (first && from.getLocalPort() == port() && read != TLS_REQUEST) {
                    logins.incrementAndGet();
                }
                first = false;
                Waiting.pause(delays.get());
                gate.pass();
                if (stranded.contains(from)) {
                    continue;
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One side closed the connection; close the other.
        } finally {
            if (!stranded.contains(from)) {
                end(from, to);
            }
        }
    }

    private void end(Socket one, Socket other) {
        Sockets.close(one);
        Sockets.close(other);
        sockets.remove(one);
        sockets.remove(other);
    }
}
