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
    void a_pass_is_late_by_the_time_since_it_was_due() {
        assertThat(run.late(start)).isEqualTo(Duration.ZERO);
        assertThat(run.late(start + 7_000_000)).isEqualTo(Duration.ofMillis(7));
    }

    @Test
    void the_next_is_due_a_period_after_this_one_was_due_however_late_this_one_is() {
        run.end(run.begin(start + 7_000_000, PERIOD));

        assertThat(run.due()).isEqualTo(start + PERIOD.toNanos());
    }

    @Test
    void passes_out_of_turn_do_not_put_the_next_one_off() {
        for (int i = 1; i <= 5; i++) {
            run.end(run.begin(start + i, PERIOD));
        }

        assertThat(run.due()).isBetween(start + PERIOD.toNanos(), start + 5 + PERIOD.toNanos());
    }

    @Test
    void what_was_put_off_far_comes_when_shorter_periods_want_it() {
        run.hasten(Duration.ofMillis(1), start);
        assertThat(run.due()).isEqualTo(start);

        run.end(run.begin(start, PERIOD.multipliedBy(20)));
        run.hasten(PERIOD, start + 1);
        assertThat(run.due()).isEqualTo(start + PERIOD.toNanos());

        run.hasten(PERIOD.multipliedBy(20), start + 1);
        assertThat(run.due()).isEqualTo(start + PERIOD.toNanos());
    }

    @Test
    void what_is_overdue_by_shorter_periods_is_not_late() {
        run.end(run.begin(start, PERIOD.multipliedBy(20)));
        long later = start + PERIOD.multipliedBy(5).toNanos();

        run.hasten(PERIOD, later);

        assertThat(run.startable(later)).isTrue();
        assertThat(run.late(later)).isZero();
    }

    @Test
    void a_pass_is_not_late_while_the_one_before_was_in_its_way() {
        long longAgo = start - 20 * PERIOD.toNanos();
        ScheduledCheck<HeartbeatResult> slow =
                new ScheduledCheck<>(new Heartbeat(), null, longAgo, new MemoryBudget(0));

        slow.end(slow.begin(longAgo, PERIOD));
        long ended = System.nanoTime();

        assertThat(ended - slow.due()).isGreaterThan(PERIOD.toNanos());
        assertThat(slow.late(ended)).isLessThan(PERIOD);
    }
}
