package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.activity.Blocking;
import dev.pgvigil.check.activity.Conflicts;
import dev.pgvigil.postgres.MemoryBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {

    private static final int SCHEDULES = 500;

    /** A thousand servers that are all asked everything at once would be a load for themselves and for pgvigil. */
    @Test
    void spreadsFirstRunsOfABigFleet() {
        assertThat(latestFirst(new Conflicts(), 1)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(3));
        assertThat(latestFirst(new Conflicts(), 1000)).isBetween(Duration.ofSeconds(45), Duration.ofSeconds(60));
    }

    @Test
    void neverDelaysTheFirstRunByMoreThanTheInterval() {
        assertThat(latestFirst(new Conflicts(), 100_000))
                .isLessThanOrEqualTo(new Conflicts().policy().interval());
    }

    @Test
    void runsWhatPeopleOnCallNeedSoonInABigFleetToo() {
        assertThat(latestFirst(new Blocking(), 1000)).isLessThanOrEqualTo(Duration.ofSeconds(3));
    }

    private static Duration latestFirst(Check<?> check, int servers) {
        return Duration.ofNanos(LongStream.range(0, SCHEDULES)
                .map(one -> firstDue(check, servers))
                .max()
                .orElseThrow());
    }

    private static long firstDue(Check<?> check, int servers) {
        Schedule schedule = new Schedule(new Catalogue(List.of(check)), new MemoryBudget(0), () -> servers);
        schedule.cover(List.of(new TargetMonitor(SceneTargets.named("shop"), Instant.EPOCH)), 0);
        return schedule.runs().getFirst().due();
    }
}
