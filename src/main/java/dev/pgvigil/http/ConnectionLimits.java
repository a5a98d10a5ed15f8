package dev.pgvigil.http;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The limits of all connections to the HTTP server; docs/limits.md lists them. A new connection is always accepted: at the
 * limit, the one that has gone longest without progress is closed for it, so that a probe gets in however many hold
 * connections without using them. Thread-safe.
 */
@Singleton
public final class ConnectionLimits {

    /** Number of pipelined requests allowed behind the one that is being processed. */
    static final int PIPELINED = 32;

    /** Maximum time in which a client must send one request. */
    static final Duration READ = Duration.ofSeconds(10);

    /** Maximum time in which a client must read one complete response. */
    static final Duration WRITE = Duration.ofSeconds(60);

    /** Maximum time without progress while a client reads a complete response. */
    static final Duration STALL = Duration.ofSeconds(10);

    /** Maximum time without progress while a client reads a stream. */
    static final Duration STREAM_STALL = Duration.ofSeconds(60);

    private static final Logger LOG = Logger.getLogger(ConnectionLimits.class);

    /** Minimum limit, even if there are few file descriptors. */
    private static final int LEAST = 16;

    private static final long LEAST_UNREAD = 16L << 20;
    private static final long OLD = Duration.ofSeconds(5).toNanos();

    private final int configured;
    private final long unreadLimit = Math.max(LEAST_UNREAD, Runtime.getRuntime().maxMemory() / 8);
    private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
    private final Map<Overrun, Counter> closed = new EnumMap<>(Overrun.class);
    private volatile int limit;

    /** The limit because of which a connection was closed. */
    enum Overrun {
        /** Number of open connections: closed in favour of a newer one. */
        CONNECTIONS,
        /** Time to send a request. */
        REQUEST,
        /** Time to read a response. */
        RESPONSE,
        /** Unread bytes of responses on all connections. */
        MEMORY,
        /** Number of pipelined requests. */
        PIPELINE
    }

    ConnectionLimits(@ConfigProperty(name = "pgvigil.http.max-connections") int configured) {
        this.configured = configured;
        this.limit = configured;
    }

    void start(@Observes StartupEvent event, Vertx vertx, MeterRegistry meters) {
        limit = affordable();
        for (Overrun overrun : Overrun.values()) {
            closed.put(
                    overrun,
                    Counter.builder("pgvigil.http.connections.closed")
                            .description("Connections of HTTP clients closed because they exceeded a limit.")
                            .tag("limit", overrun.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
        Gauge.builder("pgvigil.http.connections", connections, Set::size)
                .description("Open connections of HTTP clients.")
                .register(meters);
        Gauge.builder("pgvigil.http.connections.limit", () -> limit)
                .description("Maximum number of open connections of HTTP clients.")
                .register(meters);
        AcceptedConnections.limit(this);
        vertx.setPeriodic(1_000, tick -> connections.forEach(ClientConnection::tick));
    }

    private int affordable() {
        if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)) {
            return configured;
        }
        long most = system.getMaxFileDescriptorCount();
        int affordable = affordable(configured, most, system.getOpenFileDescriptorCount());
        if (affordable < configured) {
            LOG.warnf(
                    "the limit of HTTP connections is %d instead of %d, because the process may open only %d files",
                    affordable, configured, most);
        }
        return affordable;
    }

    /** The configured limit, at most half of the free file descriptors: the others are for databases. */
    static int affordable(int configured, long most, long open) {
        return (int) Math.min(configured, Math.max(LEAST, (most - open) / 2));
    }

    /** Maximum number of open connections. */
    public int connections() {
        return limit;
    }

    int open() {
        return connections.size();
    }

    /** Maximum number of unread bytes of responses on all connections. */
    long unreadLimit() {
        return unreadLimit;
    }

    /** Number of unread bytes of responses on all connections. */
    long unread() {
        return connections.stream().mapToLong(ClientConnection::unread).sum();
    }

    void admit(ClientConnection connection) {
        while (connections.size() >= limit) {
            ClientConnection stalest = stalest();
            if (stalest == null) {
                break;
            }
            close(stalest, Overrun.CONNECTIONS);
        }
        connections.add(connection);
    }

    void remove(ClientConnection connection) {
        connections.remove(connection);
    }

    /** Closes a connection that is still open. */
    void close(ClientConnection connection, Overrun overrun) {
        if (connections.remove(connection)) {
            Counter counter = closed.get(overrun);
            if (counter != null) {
                counter.increment();
            }
            connection.close();
        }
    }

    /** The connection with the longest time without progress; one that waits for the server only if there is no other. */
    private @Nullable ClientConnection stalest() {
        ClientConnection stalest = null;
        ClientConnection waiting = null;
        long now = System.nanoTime();
        for (ClientConnection connection : connections) {
            if (connection.phase() == ClientConnection.Phase.WORKING) {
                waiting = older(waiting, connection);
            } else if (now - connection.since() > OLD) {
                return connection;
            } else {
                stalest = older(stalest, connection);
            }
        }
        return stalest == null ? waiting : stalest;
    }

    private static ClientConnection older(@Nullable ClientConnection one, ClientConnection other) {
        return one == null || other.since() - one.since() < 0 ? other : one;
    }

    /** Called when the number of unread bytes grows: at the limit, closes the connections longest without progress. */
    void unreadGrew() {
        while (unread() > unreadLimit) {
            ClientConnection slowest = null;
            for (ClientConnection connection : connections) {
                if (connection.unread() > 0) {
                    slowest = older(slowest, connection);
                }
            }
            if (slowest == null) {
                return;
            }
            close(slowest, Overrun.MEMORY);
        }
    }

    /** The limit exceeded by a request that has been arriving for this time; null: none. */
    static @Nullable Overrun reading(long nanos) {
        return nanos > READ.toNanos() ? Overrun.REQUEST : null;
    }

    /** The limit exceeded by a complete response that has been unread for this time; null: none. */
    static @Nullable Overrun writing(long nanos, long withoutProgress) {
        return nanos > WRITE.toNanos() || withoutProgress > STALL.toNanos() ? Overrun.RESPONSE : null;
    }

    /** The limit exceeded by a stream without progress for this time; null: none. */
    static @Nullable Overrun streaming(long withoutProgress) {
        return withoutProgress > STREAM_STALL.toNanos() ? Overrun.RESPONSE : null;
    }
}
