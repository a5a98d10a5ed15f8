package dev.pgvigil.monitor;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Policy.Deadline;
import dev.pgvigil.check.Previous;
import dev.pgvigil.postgres.CheckMemory;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.state.Outcome;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The passes of one check over one server or one database: when the next is due, which one is in flight, what the last one observed.
 * One pass at a time; a pass that neither ends nor fails loses its turn when its lease ends.
 */
final class ScheduledCheck<O> {

    static final Duration LEASE = Duration.ofSeconds(20);

    final Check<O> check;
    /** The database of a run of its own; null for a run over the server. */
    final @Nullable TargetMonitor only;
    /** What the check keeps between its passes. */
    final CheckMemory memory;

    private long due;
    private long startedAt;
    private long endedAt;
    private boolean underWay;
    private int turn;
    private int failures;
    private boolean timedOut;
    private Outcome.@Nullable Observed<O> last;

    /** @param due when the first pass is due, by {@link System#nanoTime} */
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

    /** What is due no later than this. */
    void dueBy(long time) {
        if (time - due < 0) {
            due = time;
        }
    }

    /** Passes come in quicker succession than when the last began: the next does not wait for what was right then. */
    void hasten(Duration period, long now) {
        if (turn > 0) {
            dueBy(now + Math.max(0, startedAt + period.toNanos() - now));
        }
    }

    boolean heartbeat() {
        return check.name().equals(HeartbeatResult.CHECK);
    }

    boolean startable(long now) {
        return due - now <= 0 && (!underWay || now - startedAt > LEASE.toNanos());
    }

    /** Whether a pass has ended within this time. */
    boolean endedWithin(Duration time, long now) {
        return turn > 0 && !underWay && now - endedAt < time.toNanos();
    }

    /** How long a pass could have begun already: since it was due, and the one before was out of the way. */
    Duration late(long now) {
        return Duration.ofNanos(Math.min(now - due, now - endedAt));
    }

    boolean underWay() {
        return underWay;
    }

    /**
     * Begins a pass; the next is due a period later, and what was missed is not made up for. Passes that begin before they
     * are due do not put the next one off further and further.
     */
    int begin(long now, Duration period) {
        underWay = true;
        startedAt = now;
        due = Math.max(Math.min(due, now) + period.toNanos(), now + period.toNanos() / 2);
        return ++turn;
    }

    /** Ends the pass of that turn; false if its lease had ended before. */
    boolean end(int ended) {
        if (ended != turn) {
            return false;
        }
        underWay = false;
        endedAt = System.nanoTime();
        return true;
    }

    /** Gives the turn up without a pass. */
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

    /** Whether the next pass needs the deadline of slow statements: by policy, or because the last one timed out without it. */
    boolean slow() {
        return timedOut || check.policy().deadline() == Deadline.SLOW_STATEMENT;
    }

    /** How many passes in a row have failed. */
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
        timedOut = timedOut || failure.reason() == Reason.TIMEOUT;
    }

    /** It is not asked: what it counted is no past of what will be counted, and no failure is in a row with others. */
    void skipped() {
        forget();
        failures = 0;
    }

    /** The server began anew: what was counted before is no past of what will be counted. */
    void forget() {
        last = null;
        memory.close();
    }
}
