package dev.pgvigil.slo;

import dev.pgvigil.check.Finding;
import dev.pgvigil.target.Target;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The counts of one objective of one target, and which of its rules fire. Thread-safe. */
final class Objective {

    /** A second that was not recorded because a tick came late is taken to be as the next one; more is a gap. */
    static final int LATE = 5;

    private static final long NEVER = Long.MIN_VALUE;
    private static final long LAST_HOURS = 3;

    private final String measured;
    private final BudgetWindow window;
    private final CountRing ring;
    private Totals totals = Totals.NONE;
    private long first = NEVER;
    private long last = NEVER;
    private BurnState state = BurnState.QUIET;
    /** Hours before this second were returned. */
    private long returned = NEVER;

    /** @param measured what its counts mean, see {@link Slo#measured} */
    Objective(String measured, BudgetWindow window) {
        this.measured = measured;
        this.window = window;
        this.ring = new CountRing(window);
    }

    /** A part of the budget's window, as on the page. */
    record Part(long begin, long seconds, Counts counts) {}

    String measured() {
        return measured;
    }

    BudgetWindow window() {
        return window;
    }

    /** Whether all that it counted is older than its window. */
    synchronized boolean outdated(long now) {
        return last == NEVER || last < now - window.seconds();
    }

    /** Records a second, and evaluates. Seconds that were recorded before are ignored. */
    synchronized ObjectiveStatus record(Slo slo, Target target, long second, Second what, boolean maintenance) {
        boolean continued = last != NEVER && second - last <= LATE;
        for (long each = continued ? last + 1 : Math.max(last + 1, second); each <= second; each++) {
            ring.add(each, what, maintenance);
            totals = totals.plus(what, maintenance);
        }
        // what nobody looked at is unknown
        totals = totals.plusUnknown(last == NEVER || continued ? 0 : Math.max(0, second - last - 1));
        first = first == NEVER ? second : first;
        last = Math.max(last, second);
        Burn burn = Burn.of(ring, slo, first, last + 1);
        state = state.next(burn, slo, last + 1 - first);
        List<Finding> findings = BurnFindings.of(slo, state, burn);
        return new ObjectiveStatus(slo, target, first, last, burn, state, findings, totals);
    }

    /** The budget's window in equal parts, oldest first, beginning with the first observation. */
    synchronized List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        if (last == NEVER) {
            return parts;
        }
        BucketRing buckets = ring.buckets();
        long width = buckets.width();
        long latest = Math.floorDiv(last, width);
        for (long bucket = Math.max(latest - buckets.size() + 2, Math.floorDiv(first, width));
                bucket <= latest;
                bucket++) {
            long begin = bucket * width;
            parts.add(new Part(begin, Math.min(width, last + 1 - begin), buckets.bucket(begin)));
        }
        return parts;
    }

    /** The seconds of an hour so far; null: nothing is known of it. */
    synchronized @Nullable Part hour(long begin) {
        Counts counts = ring.hour(begin);
        long end = Math.min(begin + SloHour.SECONDS, last + 1);
        return last == NEVER || end <= begin || counts.known() + counts.excluded() == 0
                ? null
                : new Part(begin, end - begin, counts);
    }

    /**
     * Complete hours that were not returned before, oldest first. After a start the last three are returned again.
     *
     * @param now the current second
     */
    synchronized List<Part> completeHours(long now) {
        long until = Math.floorDiv(now, SloHour.SECONDS) * SloHour.SECONDS;
        if (returned == NEVER || returned < until - LAST_HOURS * SloHour.SECONDS || returned > until) {
            returned = until - LAST_HOURS * SloHour.SECONDS;
        }
        List<Part> hours = new ArrayList<>();
        for (; returned < until; returned += SloHour.SECONDS) {
            Part hour = hour(returned);
            if (hour != null) {
                hours.add(hour);
            }
        }
        return hours;
    }

    synchronized void write(DataOutput out) throws IOException {
        out.writeLong(first);
        out.writeLong(last);
        out.writeByte(state.firing());
        out.writeBoolean(state.exhausted());
        out.writeBoolean(state.uncovered());
        ring.write(out);
    }

    /**
     * Reads what was written. If the clock was set back in between, what is kept moves back too.
     *
     * @param now the current second
     */
    synchronized void read(DataInput in, long now) throws IOException {
        long begin = in.readLong();
        long end = in.readLong();
        int firing = in.readUnsignedByte();
        state = new BurnState(firing & (1 << window.rules().size()) - 1, in.readBoolean(), in.readBoolean());
        ring.read(in);
        long ahead = end == NEVER ? 0 : Math.max(0, end - (now - 1));
        if (ahead > 0) {
            ring.notAfter(end - ahead);
        }
        first = begin == NEVER ? NEVER : begin - ahead;
        last = end == NEVER ? NEVER : end - ahead;
    }
}
