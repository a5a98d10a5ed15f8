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
 * Stretches the intervals of one server while monitoring costs it more than the budget, and shortens them slowly when there is room.
 */
final class OverheadThrottle {

    private static final Duration EVERY = Duration.ofSeconds(10);
    /** Share of the time in which a heartbeat is fresh that its interval may take: timers are late at times. */
    private static final double OF_FRESH = 0.9;

    private static final Duration AGAIN = Duration.ofSeconds(2);
    private static final int DOUBLINGS = 7;

    private static final double MOST = 32;
    private static final double LEAST_STEP = 1.25;
    private static final double ROOM = 0.8;

    private double factor = 1;
    private long evaluatedAt = System.nanoTime();
    private @Nullable Long raisedAt;

    /** Evaluates the cost anew, now and then; whether that changed the intervals. */
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

    /** The ratio is of the last minute: what raised the factor stays in it that long, and must not raise it again and again. */
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
     * @param factor the one in force, 1 or more
     * @param ratio statement time over time, of the last minute
     * @param budget the ratio that is allowed
     */
    static double next(double factor, double ratio, double budget) {
        if (ratio > budget) {
            return Math.min(MOST, factor * Math.max(ratio / budget, LEAST_STEP));
        }
        // Back by half at most, and never so far that the same statements would take most of the budget again.
        double back = ratio == 0 ? 0.5 : Math.max(0.5, ratio / (ROOM * budget));
        return Math.min(factor, Math.max(1, factor * back));
    }

    double factor() {
        return factor;
    }

    /**
     * The time between two passes of a check.
     *
     * @param fresh how long after a heartbeat began the next may begin, for its target not to be stale in between
     */
    Duration of(Check<?> check, Duration interval, Duration fresh) {
        Priority priority = check.policy().priority();
        Duration throttled = priority.throttled(interval, factor);
        return priority == Priority.HEARTBEAT ? capped(throttled, interval, fresh) : throttled;
    }

    /**
     * How soon a check is repeated that has failed that often in a row, whatever its interval: only the second failure counts, and a
     * result should not be long in coming when the trouble is over. Each further time takes twice as long.
     */
    Duration again(int failures) {
        return Priority.NORMAL.throttled(AGAIN.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS)), factor);
    }

    static Duration capped(Duration throttled, Duration interval, Duration fresh) {
        Duration most = Duration.ofNanos(Math.max(interval.toNanos(), Math.round(OF_FRESH * fresh.toNanos())));
        return throttled.compareTo(most) < 0 ? throttled : most;
    }
}
