package dev.pgvigil.telemetry;

import dev.pgvigil.check.MetricSink;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/** Counts the series that were left out, and logs the first of each name. Thread-safe. */
@Singleton
final class DroppedSeries {

    private static final Logger LOG = Logger.getLogger(DroppedSeries.class);
    private static final int NAMES_LOGGED = 100;

    /** The reason why a series is left out. */
    enum Cause {
        /** A name or label that the format does not allow. */
        INVALID,
        /** A gauge and a counter with the same name. */
        CONFLICT,
        /** The same series twice. */
        DUPLICATE,
        /** Too many. */
        LIMIT,
        /** The check failed to export its metrics. */
        ERROR
    }

    private final Map<Cause, LongAdder> counts = new ConcurrentHashMap<>();
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    /**
     * Counts one series.
     *
     * @param what name of the family or of the check
     */
    void count(Cause cause, String what) {
        counts.computeIfAbsent(cause, first -> new LongAdder()).increment();
        if (logged.size() < NAMES_LOGGED && logged.add(cause + what)) {
            LOG.warnf("series of %s are left out of the metrics: %s", what, label(cause));
        }
    }

    long of(Cause cause) {
        LongAdder count = counts.get(cause);
        return count == null ? 0 : count.sum();
    }

    void addTo(MetricSink sink) {
        for (Cause cause : Cause.values()) {
            sink.counter(
                    "pgvigil_series_dropped_total",
                    "Series left out of scrapes and exports because they violated a rule or a limit.",
                    (double) of(cause),
                    "cause",
                    label(cause));
        }
    }

    private static String label(Cause cause) {
        return cause.name().toLowerCase(Locale.ROOT);
    }
}
