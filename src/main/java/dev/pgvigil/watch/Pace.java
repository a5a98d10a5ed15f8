package dev.pgvigil.watch;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Heartbeat;
import dev.pgvigil.check.Overhead;
import dev.pgvigil.target.CostMeter;
import dev.pgvigil.target.Link;
import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** By how much the cadences of one server are stretched to stay in its overhead budget. */
final class Pace {

    private static final Duration EVERY = Duration.ofSeconds(10);
    /** A heartbeat gives way too, but less, and never so far that it would be stale. */
    private static final double HEARTBEAT_MOST = 4;
    /** Of the time in which a heartbeat is fresh, what it may use up: timers are late at times. */
    private static final double OF_FRESH = 0.9;

    private static final Duration AGAIN = Duration.ofSeconds(2);
    private static final int DOUBLINGS = 7;

    private double factor = 1;
    private long judgedAt = System.nanoTime();
    private @Nullable Long raisedAt;

    /** Judges anew what watching costs, now and then; tells whether that changed the cadences. */
    boolean judge(long now, Link link, Collection<Watched> targets) {
        if (now - judgedAt < EVERY.toNanos()) {
            return false;
        }
        judgedAt = now;
        double budget = targets.stream()
                .mapToDouble(watched -> watched.target().thresholds().of(Overhead.BUDGET))
                .min()
                .orElse(Overhead.BUDGET.standard());
        boolean changed = judge(now, link.state().overheadRatio(), budget);
        link.stretched(factor);
        return changed;
    }

    /** The ratio is of the last minute: what raised the factor stays in it that long, and must not do so again and again. */
    boolean judge(long now, double ratio, double budget) {
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
    Duration of(Check<?> check, Duration cadence, Duration fresh) {
        Duration stretched = stretched(check.name(), cadence, factor);
        return check.name().equals(Heartbeat.NAME) ? capped(stretched, cadence, fresh) : stretched;
    }

    /**
     * How soon a check is asked again that has failed that often in a row, whatever its cadence: only the second failure
     * counts, and an answer should not be long in coming when the trouble is over. Each further time takes twice as long.
     */
    Duration again(int failures) {
        return stretched(AGAIN.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS)), factor);
    }

    static Duration capped(Duration stretched, Duration cadence, Duration fresh) {
        Duration most = Duration.ofNanos(Math.max(cadence.toNanos(), Math.round(OF_FRESH * fresh.toNanos())));
        return stretched.compareTo(most) < 0 ? stretched : most;
    }

    /** A cadence stretched by this factor, as far as the check lets it. */
    static Duration stretched(String check, Duration cadence, double factor) {
        double by = switch (check) {
            case Overhead.NAME -> 1; // asks the server nothing, and tells of the stretching
            case Heartbeat.NAME -> Math.min(factor, HEARTBEAT_MOST);
            default -> factor;
        };
        return stretched(cadence, by);
    }

    private static Duration stretched(Duration time, double by) {
        return Duration.ofNanos(Math.round(time.toNanos() * by));
    }
}
