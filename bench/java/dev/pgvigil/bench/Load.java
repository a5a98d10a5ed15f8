package dev.pgvigil.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks one path over and over, from a process of its own, on one thread that makes no garbage. Closed loop: each connection
 * asks again as soon as it is answered, so that the server is never idle; its latencies leave out who would have asked
 * while an answer was late. Open loop: requests are due at a fixed rate whatever the server does, and each latency
 * counts from when its request was due, so that nothing is omitted.
 */
final class Load {

    private static final long NAP_NANOS = 20_000;

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
     * @param args port, path, connections, requests a second (0: closed loop), seconds of warming up, seconds that count
     */
    public static void main(String[] args) throws IOException {
        Load load =
                new Load(Integer.parseInt(args[0]), args[1], Integer.parseInt(args[2]), Double.parseDouble(args[3]));
        load.run(Duration.ofSeconds(Long.parseLong(args[4])));
        load.tally = new Tally();
        System.out.println(load.run(Duration.ofSeconds(Long.parseLong(args[5]))).line());
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
        // The selector's own waits are in milliseconds: too coarse for requests that are due in between.
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
