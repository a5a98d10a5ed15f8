package dev.pgvigil.monitor;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.OverheadBudget;
import dev.pgvigil.check.Policy.Priority;
import dev.pgvigil.postgres.CostMeter;
import dev.pgvigil.postgres.ServerConnection;
import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Lengthens the intervals of one server while monitoring exceeds its overhead budget, and shortens them gradually when
 * the cost falls.
 */
final class OverheadThrottle {

    private static final Duration EVERY = Duration.ofSeconds(10);
    /**
     * Maximum heartbeat interval as a share of the time in which a heartbeat is fresh. The rest allows for late timers.
     */
    private static final double OF_FRESH = 0.9;

    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final int DOUBLINGS = 7;

    private static final double MOST = 32;
    private static final double LEAST_STEP = 1.25;
    private static final double ROOM = 0.8;

    private double factor = 1;
    private long evaluatedAt = System.nanoTime();
    private @Nullable Long raisedAt;

    /** Evaluates the cost at most every {@link #EVERY}. Returns whether the intervals have changed. */
    boolean evaluate(long now, ServerConnection connection, Collection<TargetMonitor> targets) {
        if (now - evaluatedAt < EVERY.toNanos()) {
            return false;
        }
        evaluatedAt = now;
        double budget = targets.stream()
                .mapToDouble(monitored -> monitored.target().thresholds().of(OverheadBudget.RATIO))
                .min()
                .orElse(OverheadBudget.RATIO.standard());
        boolean changed = evaluate(now, connection.state().overheadRatio(), budget);
        connection.stretched(factor);
        return changed;
    }

    /**
     * The ratio covers the last minute. A cost that raised the factor stays in it that long and must not raise the
     * factor repeatedly.
     */
    boolean evaluate(long now, double ratio, double budget) {
        double next = next(factor, ratio, budget);
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

    /**
     * The next factor. Pure.
     *
     * @param factor the current one, 1 or more
     * @param ratio statement time per time, over the last minute
     * @param budget the maximum ratio
     */
    static double next(double factor, double ratio, double budget) {
        if (ratio > budget) {
            return Math.min(MOST, factor * Math.max(ratio / budget, LEAST_STEP));
        }
        // Lowered by half at most, and never so far that the same statements would take most of the budget again.
        double back = ratio == 0 ? 0.5 : Math.max(0.5, ratio / (ROOM * budget));
        return Math.min(factor, Math.max(1, factor * back));
    }

    double factor() {
        return factor;
    }

    /**
     * The time between two runs of a check.
     *
     * @param fresh latest start of the next heartbeat after the start of this one, for the target not to become stale
     */
    Duration of(Check<?> check, Duration interval, Duration fresh) {
        Priority priority = check.policy().priority();
        Duration throttled = priority.throttled(interval, factor);
        return priority == Priority.HEARTBEAT ? capped(throttled, interval, fresh) : throttled;
    }

    /**
     * The delay before a failed check is repeated, independent of its interval: only the second failure counts, and
     * recovery should be seen soon. It doubles with each failure in a row.
     */
    Duration retryDelay(int failures) {
        return Priority.NORMAL.throttled(RETRY.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS)), factor);
    }

    static Duration capped(Duration throttled, Duration interval, Duration fresh) {
        Duration most = Duration.ofNanos(Math.max(interval.toNanos(), Math.round(OF_FRESH * fresh.toNanos())));
        return throttled.compareTo(most) < 0 ? throttled : most;
    }
}
