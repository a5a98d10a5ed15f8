package dev.pgvigil.check.storage;

import dev.pgvigil.check.storage.Checkpoints.Activity;
import dev.pgvigil.check.storage.Checkpoints.Growth;
import dev.pgvigil.check.storage.Checkpoints.Reading;
import dev.pgvigil.check.storage.Checkpoints.Totals;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The counters of the last hour, one a minute, and the beginning of a row of requested checkpoints. Starts anew after a reset. */
final class CheckpointHistory {

    private static final double HOUR = 3600;
    private static final double STEP = 60;

    /** Requested checkpoints that are further apart do not belong together. */
    private static final double GAP = 90;

    private final Deque<Reading> kept = new ArrayDeque<>();
    private @Nullable Reading last;
    private @Nullable Reading stormBegan;
    private @Nullable Reading stormLatest;

    Activity add(Reading now) {
        Reading before = last;
        if (before != null
                && (!before.reset().equals(now.reset()) || now.totals().begunAnewSince(before.totals()))) {
            kept.clear();
            stormBegan = null;
            before = null;
        }
        storm(before, now);
        last = now;
        if (kept.isEmpty() || now.now() - kept.getLast().now() >= STEP) {
            kept.addLast(now);
        }
        while (now.now() - kept.getFirst().now() > HOUR) {
            kept.removeFirst();
        }
        Reading began = stormBegan;
        Reading latest = stormLatest;
        return new Activity(
                now.totals(),
                growth(kept.getFirst(), now),
                began == null || latest == null ? Growth.NONE : growth(began, latest),
                peak(now),
                now.age(),
                now.sinceRedo(),
                now.directory(),
                now.settings());
    }

    private void storm(@Nullable Reading before, Reading now) {
        boolean more =
                before != null && now.totals().requested() > before.totals().requested();
        // With a longer interval between two readings, the gap cannot be seen any closer.
        double gap = before == null ? GAP : Math.max(GAP, (now.now() - before.now()) * 1.5);
        Reading latest = stormLatest;
        if (latest != null && now.now() - latest.now() > gap) {
            stormBegan = null;
        }
        if (more && before != null) {
            stormLatest = now;
            stormBegan = stormBegan == null ? before : stormBegan;
        }
    }

    private double peak(Reading now) {
        double peak = 0;
        Iterator<Reading> readings = kept.iterator();
        Reading one = readings.next();
        while (readings.hasNext()) {
            Reading next = readings.next();
            peak = Math.max(peak, rate(one, next));
            one = next;
        }
        return Math.max(peak, rate(one, now));
    }

    private static double rate(Reading from, Reading to) {
        double seconds = to.now() - from.now();
        return seconds < 1 ? 0 : (to.totals().walBytes() - from.totals().walBytes()) / seconds;
    }

    private static Growth growth(Reading from, Reading to) {
        Totals more = to.totals().since(from.totals());
        return new Growth(Math.round((to.now() - from.now()) * 1000) / 1000.0, more);
    }
}
