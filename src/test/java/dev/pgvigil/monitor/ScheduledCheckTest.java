package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.postgres.MemoryBudget;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScheduledCheckTest {

    private static final Duration PERIOD = Duration.ofMillis(500);

    private final long start = System.nanoTime();
    private final ScheduledCheck<HeartbeatResult> run =
            new ScheduledCheck<>(new Heartbeat(), null, start, new MemoryBudget(0));

    @Test
    void delayIsTimeSinceDue() {
        assertThat(run.late(start)).isEqualTo(Duration.ZERO);
        assertThat(run.late(start + 7_000_000)).isEqualTo(Duration.ofMillis(7));
    }

    @Test
    void nextRunIsDueOneIntervalAfterPreviousDueTime() {
        run.end(run.begin(start + 7_000_000, PERIOD));

        assertThat(run.due()).isEqualTo(start + PERIOD.toNanos());
    }

    @Test
    void unscheduledRunDoesNotPostponeNextRun() {
        for (int i = 1; i <= 5; i++) {
            run.end(run.begin(start + i, PERIOD));
        }

        assertThat(run.due()).isBetween(start + PERIOD.toNanos(), start + 5 + PERIOD.toNanos());
    }

    @Test
    void shorterIntervalBringsNextRunForward() {
        run.hasten(Duration.ofMillis(1), start);
        assertThat(run.due()).isEqualTo(start);

        run.end(run.begin(start, PERIOD.multipliedBy(20)));
        run.hasten(PERIOD, start + 1);
        assertThat(run.due()).isEqualTo(start + PERIOD.toNanos());

        run.hasten(PERIOD.multipliedBy(20), start + 1);
        assertThat(run.due()).isEqualTo(start + PERIOD.toNanos());
    }

    @Test
    void shorterIntervalDoesNotCountAsDelay() {
        run.end(run.begin(start, PERIOD.multipliedBy(20)));
        long later = start + PERIOD.multipliedBy(5).toNanos();

        run.hasten(PERIOD, later);

        assertThat(run.startable(later)).isTrue();
        assertThat(run.late(later)).isZero();
    }

    @Test
    void delayExcludesTimeOfPreviousRun() {
        long longAgo = start - 20 * PERIOD.toNanos();
        ScheduledCheck<HeartbeatResult> slow =
                new ScheduledCheck<>(new Heartbeat(), null, longAgo, new MemoryBudget(0));

        slow.end(slow.begin(longAgo, PERIOD));
        long ended = System.nanoTime();

        assertThat(ended - slow.due()).isGreaterThan(PERIOD.toNanos());
        assertThat(slow.late(ended)).isLessThan(PERIOD);
    }
}
