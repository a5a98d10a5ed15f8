package dev.pgvigil.monitor;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Policy.Deadline;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.postgres.CheckMemory;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.state.Outcome;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The runs of one check on one server or in one database: when the next is due, which one is in flight, and the last
 * observation. One run at a time; a run that does not end is abandoned after its lease.
 */
final class ScheduledCheck<O> {

    static final Duration LEASE = Duration.ofSeconds(20);

    final Check<O> check;
    /** The target of a database check; null for a check of the whole server. */
    final @Nullable TargetMonitor only;
    /** What the check keeps between its runs. */
    final CheckMemory memory;

    private long due;
    private long startedAt;
    private long endedAt;
    private boolean underWay;
    private int runNumber;
    private int failures;
    private boolean timedOut;
    private Outcome.@Nullable Observed<O> last;

    /** @param due when the first run is due, by {@link System#nanoTime} */
    ScheduledCheck(Check<O> check, @Nullable TargetMonitor only, long due, MemoryBudget budget) {
        this.memory = new CheckMemory(budget);
        this.check = check;
        this.only = only;
        this.due = due;
        this.endedAt = due;
    }

    long due() {
        return due;
    }

    void dueAt(long time) {
        due = time;
    }

    /** Makes the next run due at this time at the latest. */
    void dueBy(long time) {
        if (time - due < 0) {
            due = time;
        }
    }

    /** Applies a shorter interval: the next run is due that long after the last one began. */
    void hasten(Duration period, long now) {
        if (runNumber > 0) {
            dueBy(now + Math.max(0, startedAt + period.toNanos() - now));
        }
    }

    /** Applies another interval, longer or shorter, to the run that began last. */
    void dueAgain(Duration period) {
        due = startedAt + period.toNanos();
    }

    /** Whether the check has anything to do for its target. */
    boolean hasWork() {
        return only == null || check.concerns(only.target());
    }

    /** Whether the last run found nothing that the check is about. */
    boolean idle() {
        return last != null && check.idle(last.value());
    }

    boolean heartbeat() {
        return check.name().equals(HeartbeatResult.CHECK);
    }

    boolean host() {
        return check.scope() == Scope.HOST;
    }

    boolean startable(long now) {
        return due - now <= 0 && (!underWay || now - startedAt > LEASE.toNanos());
    }

    /** Whether a run has ended within this time. */
    boolean endedWithin(Duration time, long now) {
        return runNumber > 0 && !underWay && now - endedAt < time.toNanos();
    }

    /** The time since the check was due and the previous run had ended. */
    Duration late(long now) {
        return Duration.ofNanos(Math.min(now - due, now - endedAt));
    }

    boolean underWay() {
        return underWay;
    }

    /**
     * Begins a run. The next is due one interval later; missed runs are not made up for. Runs that begin before they
     * are due do not postpone the next one repeatedly.
     */
    int begin(long now, Duration period) {
        underWay = true;
        startedAt = now;
        due = Math.max(Math.min(due, now) + period.toNanos(), now + period.toNanos() / 2);
        return ++runNumber;
    }

    /** Ends the run with that number; false if its lease had expired. */
    boolean end(int ended) {
        if (ended != runNumber) {
            return false;
        }
        underWay = false;
        endedAt = System.nanoTime();
        return true;
    }

    /** Gives up the run without an outcome. */
    void skip() {
        underWay = false;
    }

    Duration took(long now) {
        return Duration.ofNanos(now - startedAt);
    }

    Previous<O> previous(Instant now) {
        return last == null ? Previous.none(now) : new Previous<>(last.value(), last.at(), now);
    }

    Outcome.@Nullable Observed<O> last() {
        return last;
    }

    /**
     * Whether the next run needs the deadline of slow statements: by policy, or because runs timed out without it.
     */
    boolean slow() {
        return timedOut || check.policy().deadline() == Deadline.SLOW_STATEMENT;
    }

    /** The number of consecutive failures. */
    int failures() {
        return failures;
    }

    void observed(Outcome.Observed<O> outcome, Duration statementDeadline) {
        last = outcome;
        failures = 0;
        timedOut = timedOut && outcome.took().compareTo(statementDeadline) > 0;
    }

    void failed(Failure failure) {
        failures++;
        // Without a SQLSTATE the server did not answer anything; only if that is repeated, the answer is too slow.
        timedOut = timedOut || (failure.reason() == Reason.TIMEOUT && (failure.sqlState() != null || failures > 1));
    }

    /**
     * The run was skipped: earlier counter values are no baseline for later ones, and consecutive failures start at
     * zero.
     */
    void skipped() {
        forget();
        failures = 0;
    }

    /** The server was restarted: earlier counter values are no baseline for later ones. */
    void forget() {
        last = null;
        memory.restarted();
    }
}
