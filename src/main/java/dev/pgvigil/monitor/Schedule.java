package dev.pgvigil.monitor;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Policy.Priority;
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
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The scheduled checks of one server and when they are due. Each server and each database starts at a random offset, so
 * that load is spread over time. The checks of one database are due together, so that one visit is enough.
 */
final class Schedule {

    /** First runs start within this time, whatever the interval; in a big fleet only those that are needed most. */
    private static final Duration FIRST = Duration.ofSeconds(3);

    /** All other first runs of a fleet are spread over this time for each server: together they are a load. */
    private static final Duration EACH_SERVER = Duration.ofMillis(60);

    private static final Duration EACH_DATABASE = Duration.ofMillis(200);

    private static final long LONGEST_SLEEP_MS = 1000;

    private final Catalogue catalogue;
    private final MemoryBudget budget;
    private final IntSupplier servers;
    /** The offset of this server within the time over which first runs are spread, from 0 to 1. */
    private final double phase = ThreadLocalRandom.current().nextDouble();

    private List<ScheduledCheck<?>> runs = List.of();
    private List<TargetMonitor> targets = List.of();
    /** The offset of each target's database within the time over which first runs are spread, from 0 to 1. */
    private final Map<TargetMonitor, Double> phases = new HashMap<>();

    /** @param servers the number of servers in the fleet */
    Schedule(Catalogue catalogue, MemoryBudget budget, IntSupplier servers) {
        this.catalogue = catalogue;
        this.budget = budget;
        this.servers = servers;
    }

    List<ScheduledCheck<?>> runs() {
        return runs;
    }

    /** Schedules the checks of these targets. Checks that continue keep their previous observations. */
    void cover(Collection<TargetMonitor> monitored, long now) {
        targets = List.copyOf(monitored);
        List<ScheduledCheck<?>> covered = new ArrayList<>();
        for (Check<?> check : catalogue.checks()) {
            List<TargetMonitor> enabled = targets.stream()
                    .filter(one -> one.target().runs(check.name()))
                    .toList();
            switch (check.scope()) {
                case SERVER, HOST -> {
                    if (!enabled.isEmpty()) {
                        covered.add(kept(check, null, now));
                    }
                }
                case DATABASE -> enabled.forEach(one -> covered.add(kept(check, one, now)));
            }
        }
        runs.stream().filter(run -> !covered.contains(run)).forEach(run -> run.memory.close());
        runs = List.copyOf(covered);
        phases.keySet().retainAll(targets);
    }

    /** Makes all checks due soon: the server was restarted or promoted, or privileges have changed. */
    void anew(long now) {
        for (ScheduledCheck<?> run : runs) {
            run.dueBy(now + phase(run.check, run.only));
        }
    }

    /** The interval of a check: that of its target, or for a check of the whole server the shortest of its targets. */
    Duration interval(ScheduledCheck<?> run, @Nullable ServerFacts server) {
        Policy policy = run.check.policy();
        return interval(run, run.idle() ? policy.idle(server) : policy.interval(server));
    }

    /** The interval from which on a check runs with a visit that others cause: for one that is idle, that of one that is not. */
    Duration intervalOfVisits(ScheduledCheck<?> run, @Nullable ServerFacts server) {
        return interval(run, run.check.policy().interval(server));
    }

    private Duration interval(ScheduledCheck<?> run, Duration standard) {
        Check<?> check = run.check;
        return (run.only != null ? List.of(run.only) : targets)
                .stream()
                        .map(TargetMonitor::target)
                        .filter(target -> target.runs(check.name()))
                        .map(target -> target.interval(check.name(), standard))
                        .min(Comparator.naturalOrder())
                        .orElse(standard);
    }

    /** Milliseconds until a check may start. Checks that wait for something else than time do not count. */
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

    /** Checks of a server start together, so that they share queries; its databases start one after the other. */
    private long phase(Check<?> check, @Nullable TargetMonitor only) {
        Duration interval = check.policy().interval();
        if (only == null) {
            return check.name().equals(HeartbeatResult.CHECK)
                    ? random(interval)
                    : part(shorter(first(check), interval), phase);
        }
        Duration spread = longer(EACH_DATABASE.multipliedBy(targets.size()), first(check));
        return part(
                shorter(spread, interval),
                phases.computeIfAbsent(
                        only, first -> ThreadLocalRandom.current().nextDouble()));
    }

    private Duration first(Check<?> check) {
        return check.policy().priority() == Priority.HIGH
                ? FIRST
                : longer(FIRST, EACH_SERVER.multipliedBy(servers.getAsInt()));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static long part(Duration within, double part) {
        return Math.round(within.toNanos() * part);
    }

    private static long random(Duration within) {
        return ThreadLocalRandom.current().nextLong(within.toNanos());
    }
}
