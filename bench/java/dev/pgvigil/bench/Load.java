package dev.pgvigil.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests one path repeatedly, from a separate process, on one thread that allocates no garbage. Closed loop: each connection
 * sends the next request as soon as it has an answer, so the server is never idle; its latencies suffer from coordinated
 * omission. Open loop: requests are due at a fixed rate whatever the server does, and each latency counts from when its request
 * was due, so nothing is omitted.
 */
final class Load {

    /** Prefix of the port on which the load warms up. */
    static final String LATER = "later:";

    private static final long NAP_NANOS = 20_000;
    private static final Duration OWN_WARM_UP = Duration.ofSeconds(2);

    private final Selector selector = Selector.open();
    private final List<Connection> connections = new ArrayList<>();
    private final Queue<Connection> idle = new ArrayDeque<>();
    private final long intervalNanos;
    private Tally tally = new Tally();

    private Load(int port, String path, int size, double rate) throws IOException {
        this.intervalNanos = rate == 0 ? 0 : (long) (1e9 / rate);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        for (int i = 0; i < size; i++) {
            connections.add(new Connection(address, path, selector));
        }
    }

    /**
     * Prints a {@link Latencies} as one line.
     *
     * @param args port, path, connections, requests a second (0: closed loop), seconds of warm-up, seconds of measurement. A
     *     port after {@link #LATER} is that of a {@link Bare} handler for the warm-up; the port to measure is then read from
     *     standard input, after a blank on standard output
     */
    public static void main(String[] args) throws IOException {
        int size = Integer.parseInt(args[2]);
        Load load = new Load(port(args[0], size), args[1], size, Double.parseDouble(args[3]));
        load.run(Duration.ofSeconds(Long.parseLong(args[4])));
        load.tally = new Tally();
        System.out.println(load.run(Duration.ofSeconds(Long.parseLong(args[5]))).line());
    }

    private static int port(String port, int size) throws IOException {
        if (!port.startsWith(LATER)) {
            return Integer.parseInt(port);
        }
        Load own = new Load(Integer.parseInt(port.substring(LATER.length())), Bare.PATH, size, 0);
        own.run(OWN_WARM_UP);
        System.out.print(" ");
        System.out.flush();
        return Integer.parseInt(new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip());
    }

    private Latencies run(Duration time) throws IOException {
        long start = System.nanoTime();
        long end = start + time.toNanos();
        long due = start;
        connections.stream().filter(one -> !one.asking()).forEach(idle::add);
        for (long now = start; now < end; now = System.nanoTime()) {
            while (!idle.isEmpty() && due <= now) {
                idle.remove().ask(intervalNanos == 0 ? now : due);
                due += intervalNanos;
            }
            hear();
        }
        idle.clear();
        long unanswered = connections.stream().filter(Connection::asking).count();
        return tally.latencies(Duration.ofNanos(System.nanoTime() - start), intervalNanos == 0 ? 0 : unanswered);
    }

    private void hear() throws IOException {
        // The selector waits in milliseconds: too coarse for requests that are due in between.
        if (selector.selectNow() == 0) {
            LockSupport.parkNanos(NAP_NANOS);
            return;
        }
        for (SelectionKey key : selector.selectedKeys()) {
            Connection connection = (Connection) key.attachment();
            if (connection.hear()) {
                tally.add(System.nanoTime() - connection.due(), connection.status());
                idle.add(connection);
            }
        }
        selector.selectedKeys().clear();
    }
}
