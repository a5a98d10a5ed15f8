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

/** Counts who was turned away, and logs wrong tokens, at most once in ten seconds. */
@Singleton
final class AuthFailures {

    private static final Logger LOG = Logger.getLogger(AuthFailures.class);
    private static final long QUIET = Duration.ofSeconds(10).toNanos();

    private final Map<Reason, Counter> counters = new EnumMap<>(Reason.class);
    private final AtomicLong nextLine = new AtomicLong(System.nanoTime());
    private final AtomicLong unlogged = new AtomicLong();

    /** Why a request was turned away. */
    enum Reason {
        /** No token and no session. */
        MISSING,
        /** A wrong token. */
        WRONG,
        /** A session that has ended or was not ours. */
        SESSION,
        /** A page of another site used the session. */
        SITE,
        /** The host's name was not ours. */
        HOST
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

    /** A wrong token: counted, and logged unless there were more a moment ago. */
    void wrong(HttpServerRequest request) {
        count(Reason.WRONG);
        long now = System.nanoTime();
        long due = nextLine.get();
        if (now - due >= 0 && nextLine.compareAndSet(due, now + QUIET)) {
            SocketAddress client = request.remoteAddress();
            LOG.warnf(
                    "wrong token from %s (%d more were not logged)",
                    client == null ? "unknown" : client.hostAddress(), unlogged.getAndSet(0));
        } else {
            unlogged.incrementAndGet();
        }
    }
}
