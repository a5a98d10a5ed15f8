package dev.pgvigil.cluster;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/** Counts what could not be shared, and logs each once. Thread-safe. */
final class ExchangeFailures {

    private static final Logger LOG = Logger.getLogger(ExchangeFailures.class);
    private static final int MOST_LOGGED = 1000;

    private final Set<String> logged = ConcurrentHashMap.newKeySet();
    private final AtomicLong count = new AtomicLong();

    /** What concerns one value. */
    void add(String what, Exception failure) {
        count.incrementAndGet();
        if (logged.size() < MOST_LOGGED && logged.add(what)) {
            LOG.warnf(
                    "%s is not shared among replicas: %s",
                    what, failure.getClass().getSimpleName());
            LOG.debug(what, failure);
        }
    }

    /** What concerns all. */
    void add(Exception failure) {
        count.incrementAndGet();
        LOG.debug("the exchange of snapshots failed", failure);
    }

    long count() {
        return count.get();
    }
}
