package dev.pgvigil.monitor;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.check.server.Overhead;
import dev.pgvigil.postgres.CostMeter;
import dev.pgvigil.postgres.ServerConnection;
import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** By how much the cadences of one server are stretched to stay in its overhead budget. */
public final class OverheadThrottle {

    private static final Duration EVERY = Duration.ofSeconds(10);
    /** Of the time in which a heartbeat is fresh, what it may use up: timers are late at times. */
    private static final double OF_FRESH = 0.9;

    private static final Duration AGAIN = Duration.ofSeconds(2);
    private static final int DOUBLINGS = 7;

    private double factor = 1;
    private long judgedAt = System.nanoTime();
    private @Nullable Long raisedAt;

    /** Judges anew what watching costs, now and then; tells whether that changed the cadences. */
    boolean evaluate(long now, ServerConnection link, Collection<TargetMonitor> targets) {
        if (now - judgedAt < EVERY.toNanos()) {
            return false;
        }
        judgedAt = now;
        double budget = targets.stream()
                .mapToDouble(watched -> watched.target().thresholds().of(Overhead.BUDGET))
                .min()
                .orElse(Overhead.BUDGET.standard());
        boolean changed = evaluate(now, link.state().overheadRatio(), budget);
        link.stretched(factor);
        return changed;
    }

    /** The ratio is of the last minute: what raised the factor stays in it that long, and must not do so again and again. */
    boolean evaluate(long now, double ratio, double budget) {
        double next = Stretch.next(factor, ratio, budget);
        if (next > factor) {
            if (raisedAt != null && now - raisedAt < CostMeter.WINDOW.toNanos()) {
                return false;
            }
            raisedAt = now;
        }
        boolean changed = next != factor;
        factor = next;
        return changed;
    }

    double factor() {
        return factor;
    }

    /**
     * The time between two passes of a check.
     *
     * @param fresh how long after a heartbeat was asked for the next may be, for its target not to be stale in between
     */
    Duration of(Check<?> check, Duration interval, Duration fresh) {
        Duration stretched = check.throttled(interval, factor);
        return check.name().equals(Heartbeat.NAME) ? capped(stretched, interval, fresh) : stretched;
    }

    /**
     * How soon a check is asked again that has failed that often in a row, whatever its cadence: only the second failure
     * counts, and an answer should not be long in coming when the trouble is over. Each further time takes twice as long.
     */
    Duration again(int failures) {
        return stretched(AGAIN.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS)), factor);
    }

    static Duration capped(Duration stretched, Duration interval, Duration fresh) {
        Duration most = Duration.ofNanos(Math.max(interval.toNanos(), Math.round(OF_FRESH * fresh.toNanos())));
        return stretched.compareTo(most) < 0 ? stretched : most;
    }

    private static Duration stretched(Duration time, double by) {
        return Duration.ofNanos(Math.round(time.toNanos() * by));
    }
}
