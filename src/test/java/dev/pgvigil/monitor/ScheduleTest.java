package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.activity.Blocking;
import dev.pgvigil.check.activity.Conflicts;
import dev.pgvigil.check.replication.Subscriptions;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.Target;
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

    /** Each visit is a connection to the database. */
    @Test
    void asksSeldomWhereThereIsNothing() {
        Subscriptions check = new Subscriptions();
        Schedule schedule = covering(check, SceneTargets.named("shop"));
        ScheduledCheck<Subscriptions.Listing> run = run(schedule);
        assertThat(schedule.interval(run, null)).isEqualTo(Duration.ofMinutes(1));

        observe(run, 0);
        assertThat(schedule.interval(run, null)).isEqualTo(Policy.IDLE);
        assertThat(schedule.intervalOfVisits(run, null)).isEqualTo(Duration.ofMinutes(1));

        observe(run, 1);
        assertThat(schedule.interval(run, null)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void keepsToAConfiguredIntervalWhereThereIsNothing() {
        Target often = SceneTargets.check(
                SceneTargets.named("shop"), Subscriptions.NAME, new CheckSetting(true, Duration.ofSeconds(10)));
        Schedule schedule = covering(new Subscriptions(), often);
        ScheduledCheck<Subscriptions.Listing> run = run(schedule);

        observe(run, 0);
        assertThat(schedule.interval(run, null)).isEqualTo(Duration.ofSeconds(10));
    }

    private static Schedule covering(Check<?> check, Target target) {
        Schedule schedule = new Schedule(new Catalogue(List.of(check)), new MemoryBudget(0), () -> 1);
        schedule.cover(List.of(new TargetMonitor(target, Instant.EPOCH)), 0);
        return schedule;
    }

    @SuppressWarnings("unchecked") // the only check
    private static ScheduledCheck<Subscriptions.Listing> run(Schedule schedule) {
        return (ScheduledCheck<Subscriptions.Listing>) schedule.runs().getFirst();
    }

    private static void observe(ScheduledCheck<Subscriptions.Listing> run, long subscriptions) {
        run.observed(
                new Outcome.Observed<>(
                        Instant.EPOCH, Duration.ofMillis(1), new Subscriptions.Listing(List.of(), subscriptions)),
                Duration.ofMillis(500));
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
