package dev.pgvigil.security;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/** Counts rejected requests, and logs wrong tokens at most once in ten seconds. */
@Singleton
final class AuthFailures {

    private static final Logger LOG = Logger.getLogger(AuthFailures.class);
    private static final long QUIET = Duration.ofSeconds(10).toNanos();

    private final Map<Reason, Counter> counters = new EnumMap<>(Reason.class);
    private final AtomicLong nextLine = new AtomicLong(System.nanoTime());
    private final AtomicLong unlogged = new AtomicLong();

    /** The reason why a request was rejected. */
    enum Reason {
        /** No token and no session. */
        MISSING,
        /** A wrong token. */
        WRONG,
        /** A session that has expired or is not valid. */
        SESSION,
        /** The request of another site with the session. */
        SITE,
        /** Too many failed sign-ins. */
        LIMIT,
        /** The caller's role does not suffice. */
        ROLE,
        /** The header Host has another name. */
        HOST,
        /** No client certificate. */
        CERTIFICATE
    }

    AuthFailures(MeterRegistry meters) {
        for (Reason reason : Reason.values()) {
            counters.put(
                    reason,
                    Counter.builder("pgvigil.http.refused")
                            .description("Requests rejected by the authentication filter")
                            .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
    }

    void count(Reason reason) {
        Counter counter = counters.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    /** Counts a wrong token, and logs it unless another was logged within the interval. */
    void wrong(HttpServerRequest request) {
        count(Reason.WRONG);
        long now = System.nanoTime();
        long due = nextLine.get();
        if (now - due >= 0 && nextLine.compareAndSet(due, now + QUIET)) {
            LOG.warnf("wrong token from %s (%d more were not logged)", client(request), unlogged.getAndSet(0));
        } else {
            unlogged.incrementAndGet();
        }
    }

    /** The address of the client, as far as pgvigil sees it. */
    static String client(HttpServerRequest request) {
        SocketAddress client = request.remoteAddress();
        return client == null ? "unknown" : String.valueOf(client.hostAddress());
    }
}
