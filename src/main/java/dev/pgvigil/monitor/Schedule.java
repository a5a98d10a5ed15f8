package dev.pgvigil.monitor;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.postgres.ServerFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The scheduled checks of one server, and when they are due. Each server, and each database of a server, begins at a moment of its own,
 * so that a fleet is not monitored in step; the checks of one database are due together, so that one visit is enough.
 */
final class Schedule {

    /** First passes come soon, whatever the cadence. */
    private static final Duration FIRST = Duration.ofSeconds(3);

    private static final Duration EACH_DATABASE = Duration.ofMillis(200);

    private static final long LONGEST_SLEEP_MS = 1000;

    private final Catalogue catalogue;
    private final MemoryBudget budget;
    private final long phase = random(FIRST);
    private List<ScheduledCheck<?>> runs = List.of();
    private List<TargetMonitor> targets = List.of();
    /** A number from 0 to 1 for each target: where in the time over which first passes are spread its database comes. */
    private final Map<TargetMonitor, Double> phases = new HashMap<>();

    Schedule(Catalogue catalogue, MemoryBudget budget) {
        this.catalogue = catalogue;
        this.budget = budget;
    }

    List<ScheduledCheck<?>> runs() {
        return runs;
    }

    /** Covers these targets: runs that go on keep their past. */
    void cover(Collection<TargetMonitor> watched, long now) {
        targets = List.copyOf(watched);
        List<ScheduledCheck<?>> covered = new ArrayList<>();
        for (Check<?> check : catalogue.checks()) {
            List<TargetMonitor> willing = targets.stream()
                    .filter(one -> one.target().runs(check.name()))
                    .toList();
            switch (check.scope()) {
                case SERVER -> {
                    if (!willing.isEmpty()) {
                        covered.add(kept(check, null, now));
                    }
                }
                case DATABASE -> willing.forEach(one -> covered.add(kept(check, one, now)));
            }
        }
        runs.stream().filter(run -> !covered.contains(run)).forEach(run -> run.memory.close());
        runs = List.copyOf(covered);
        phases.keySet().retainAll(targets);
    }

    /** Has everything asked soon: the server restarted, was promoted, or lets us do more or less than before. */
    void anew(long now) {
        for (ScheduledCheck<?> run : runs) {
            run.dueBy(now + phase(run.check, run.only));
        }
    }

    /** How often a run's passes begin: what its target wants, for a run over the server what the hastiest of them wants. */
    Duration interval(ScheduledCheck<?> run, @Nullable ServerFacts server) {
        Check<?> check = run.check;
        Duration standard = check.policy().interval(server);
        return (run.only != null ? List.of(run.only) : targets)
                .stream()
                        .map(TargetMonitor::target)
                        .filter(target -> target.runs(check.name()))
                        .map(target -> target.interval(check.name(), standard))
                        .min(Comparator.naturalOrder())
                        .orElse(standard);
    }

    /** Milliseconds until a run may start; those that wait for something else than time do not count. */
    long millisToNext(long now, Predicate<ScheduledCheck<?>> mayStart) {
        long next = Long.MAX_VALUE;
        for (ScheduledCheck<?> run : runs) {
            if (run.due() - now > 0 || (mayStart.test(run) && !run.underWay())) {
                next = Math.min(next, Math.max(0, run.due() - now));
            }
        }
        return Math.clamp(TimeUnit.NANOSECONDS.toMillis(next) + 1, 1, LONGEST_SLEEP_MS);
    }

    private <O> ScheduledCheck<O> kept(Check<O> check, @Nullable TargetMonitor only, long now) {
        for (ScheduledCheck<?> run : runs) {
            if (run.check.equals(check) && run.only == only) {
                @SuppressWarnings("unchecked") // a run of the same check observes the same type
                ScheduledCheck<O> same = (ScheduledCheck<O>) run;
                return same;
            }
        }
        return new ScheduledCheck<>(check, only, now + phase(check, only), budget);
    }

    /** Checks of a server begin together, so that they share what they read; its databases one after the other. */
    private long phase(Check<?> check, @Nullable TargetMonitor only) {
        Duration interval = check.policy().interval();
        if (only == null) {
            return check.name().equals(HeartbeatResult.CHECK) ? random(interval) : phase;
        }
        Duration spread = EACH_DATABASE.multipliedBy(targets.size());
        Duration atLeast = spread.compareTo(FIRST) > 0 ? spread : FIRST;
        Duration within = atLeast.compareTo(interval) < 0 ? atLeast : interval;
        double part = phases.computeIfAbsent(
                only, first -> ThreadLocalRandom.current().nextDouble());
        return Math.round(within.toNanos() * part);
    }

    private static long random(Duration within) {
        return ThreadLocalRandom.current().nextLong(within.toNanos());
    }
}
