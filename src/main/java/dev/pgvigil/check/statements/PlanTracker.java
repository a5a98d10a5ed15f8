package dev.pgvigil.check.statements;

import dev.pgvigil.check.CounterDeltas;
import dev.pgvigil.check.CounterDeltas.Collection;
import dev.pgvigil.check.CounterDeltas.Counters;
import dev.pgvigil.check.CounterDeltas.Delta;
import dev.pgvigil.check.CounterDeltas.Growth;
import dev.pgvigil.check.QueryText;
import dev.pgvigil.check.statements.StatementPlans.Planned;
import dev.pgvigil.postgres.CheckMemory;
import dev.pgvigil.postgres.MemoryBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The plans of the statements of one database between collections, within the memory budget of the fleet. */
final class PlanTracker implements CheckMemory.Releasable {

    /** Statements that are planned, by time. */
    private static final int FOLLOWED = 30;

    /** Statements whose plan is kept. */
    static final int MOST = 60;

    /** Statements that are planned in a pass: the most that the function accepts. */
    static final int AT_ONCE = 10;

    /** Two plans of a hundred lines. */
    private static final int ENTRY_BYTES = 16_000;

    private static final int ID_BYTES = 24;
    private static final Duration FAILED_AGAIN_AFTER = Duration.ofHours(1);
    private static final Duration FORGOTTEN_AFTER = FAILED_AGAIN_AFTER.multipliedBy(2);
    private static final Duration ACCEPTED_AFTER = Duration.ofDays(1);
    private static final double SLOWER = 1.5;

    /** Calls that a mean needs. */
    static final int CALLS = 20;

    /** So that a mean follows the last day, not the last year. */
    private static final double MANY_CALLS = 100_000;

    /** One answer of the function; either a plan, or an SQLSTATE, or why it is refused. */
    record Answer(
            long queryid,
            @Nullable String query,
            @Nullable String plan,
            @Nullable String error,
            @Nullable String refused) {}

    /** Calls, their time and the time of all statements. */
    private record Sums(double calls, double ms, double allMs) {

        static final Sums NONE = new Sums(0, 0, 0);

        Sums plus(double moreCalls, double moreMs, double moreAllMs) {
            double keep = calls > MANY_CALLS ? 0.5 : 1;
            return new Sums(keep * calls + moreCalls, keep * ms + moreMs, keep * allMs + moreAllMs);
        }

        @Nullable
        Double mean() {
            return calls > 0 ? ms / calls : null;
        }
    }

    private static final class Entry {

        private @Nullable String query;
        private @Nullable PlanTree plan;
        private @Nullable PlanTree previous;
        private @Nullable Instant changedAt;
        private Instant plannedAt = Instant.EPOCH;
        private Sums before = Sums.NONE;
        private Sums now = Sums.NONE;
        private @Nullable String error;
        private @Nullable String refused;

        /** Privileges have changed since it failed. */
        private boolean again;

        private boolean failed() {
            return error != null || refused != null;
        }
    }

    private final CounterDeltas<Long> deltas;
    private final MemoryBudget budget;
    private final Map<Long, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private Map<Long, double[]> interval = new HashMap<>();
    private double intervalMs;
    private long changes;
    private List<Object> privileges = List.of();

    PlanTracker(MemoryBudget budget) {
        this.budget = budget;
        this.deltas = new CounterDeltas<>(2, ID_BYTES, budget);
    }

    /** The privileges with which statements are planned. If they have changed, failed statements are planned again. */
    void privileges(boolean writes, String schemas) {
        List<Object> now = List.of(writes, schemas);
        if (!privileges.isEmpty() && !privileges.equals(now)) {
            entries.values().forEach(entry -> entry.again = entry.failed());
        }
        privileges = now;
    }

    /** Records the counters, and returns the statements to be planned now. */
    List<Long> advance(Instant at, List<Counters<Long>> rows) {
        Growth<Long> growth = deltas.advance(new Collection<>(at, rows, null, false));
        interval = new HashMap<>();
        intervalMs = 0;
        if (growth.elapsed().isZero()) {
            // What they did in all chooses the first to be planned.
            rows.forEach(row -> interval.put(row.key(), row.values()));
        }
        for (Delta<Long> delta : growth.grown()) {
            interval.put(delta.key(), delta.values());
            intervalMs += delta.values()[1];
        }
        boolean counted = !growth.elapsed().isZero();
        List<Long> wanted = wanted(at);
        if (counted) {
            entries.forEach((id, entry) -> {
                double[] ran = interval.get(id);
                entry.now = entry.now.plus(ran == null ? 0 : ran[0], ran == null ? 0 : ran[1], intervalMs);
            });
        } else {
            interval = new HashMap<>();
        }
        return wanted;
    }

    /** Those whose failure may be over first, then those that became slower, then those without a plan, then those planned longest ago. */
    private List<Long> wanted(Instant at) {
        Stream<Long> again =
                entries.entrySet().stream()
                        .filter(known -> known.getValue().again)
                        .map(Map.Entry::getKey)
                        .toList()
                        .stream();
        return Stream.concat(again, running(at)).distinct().limit(AT_ONCE).toList();
    }

    private Stream<Long> running(Instant at) {
        return interval.entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<Long, double[]> ran) -> ran.getValue()[1])
                        .reversed())
                .limit(FOLLOWED)
                .map(Map.Entry::getKey)
                .filter(id -> {
                    Entry known = peek(id);
                    return known == null
                            || !known.failed()
                            || !known.plannedAt.plus(FAILED_AGAIN_AFTER).isAfter(at);
                })
                .sorted(Comparator.comparing((Long id) -> !slower(id)).thenComparing(id -> {
                    Entry known = peek(id);
                    return known == null ? Instant.EPOCH : known.plannedAt;
                }));
    }

    private boolean slower(Long id) {
        Entry known = peek(id);
        double[] ran = interval.get(id);
        Double mean = known == null ? null : known.now.mean();
        return mean != null && ran != null && ran[0] > 0 && ran[1] / ran[0] >= SLOWER * mean;
    }

    private @Nullable Entry peek(Long id) {
        return entries.get(id);
    }

    /** Records what the function answered. */
    void planned(Instant at, List<Answer> answers) {
        answers.forEach(answer -> {
            Entry entry = entry(answer.queryid);
            if (entry != null) {
                record(entry, answer, at);
            }
        });
    }

    private @Nullable Entry entry(long id) {
        Entry known = entries.get(id);
        if (known != null) {
            return known;
        }
        if (entries.size() >= MOST) {
            entries.remove(entries.keySet().iterator().next());
            budget.giveBack(ENTRY_BYTES);
        }
        if (!budget.take(ENTRY_BYTES)) {
            return null;
        }
        Entry added = new Entry();
        entries.put(id, added);
        return added;
    }

    private void record(Entry entry, Answer answer, Instant at) {
        entry.plannedAt = at;
        entry.again = false;
        entry.error = answer.error;
        entry.refused = answer.refused;
        if (answer.query != null) {
            entry.query = QueryText.normalised(answer.query);
        }
        PlanTree found = answer.plan == null ? null : PlanTree.of(answer.plan).orElse(null);
        PlanTree last = entry.plan;
        if (found == null) {
            return;
        }
        entry.plan = found;
        if (last == null || last.samePlan(found)) {
            return;
        }
        changes++;
        double[] ran = interval.getOrDefault(answer.queryid, new double[2]);
        // The interval in which the change was noticed counts for the new plan, in which a part of it ran.
        entry.before =
                new Sums(Math.max(0, entry.now.calls - ran[0]), Math.max(0, entry.now.ms - ran[1]), entry.now.allMs);
        entry.now = new Sums(ran[0], ran[1], intervalMs);
        entry.previous = last;
        entry.changedAt = at;
    }

    StatementPlans plans(Instant at, boolean writes) {
        forgetFailed(at);
        List<Planned> all = new ArrayList<>();
        entries.forEach((id, entry) -> {
            Instant changed = entry.changedAt;
            if (changed != null && changed.plus(ACCEPTED_AFTER).isBefore(at)) {
                entry.previous = null;
                entry.changedAt = null;
            }
            all.add(planned(id, entry));
        });
        all.sort(Comparator.comparingDouble(Planned::extraShare)
                .thenComparingDouble((Planned one) -> {
                    double[] ran = interval.get(Long.valueOf(one.queryid()));
                    return ran == null ? 0 : ran[1];
                })
                .reversed());
        return new StatementPlans(
                StatementPlans.Access.GRANTED,
                writes,
                (int) all.stream().filter(one -> one.plan() != null).count(),
                changes,
                all);
    }

    /** What failed and would have been planned again, did not run since: it is no reason for advice any more. */
    private void forgetFailed(Instant at) {
        entries.values().removeIf(entry -> {
            boolean over =
                    entry.failed() && !entry.plannedAt.plus(FORGOTTEN_AFTER).isAfter(at);
            if (over) {
                budget.giveBack(ENTRY_BYTES);
            }
            return over;
        });
    }

    private static Planned planned(Long id, Entry entry) {
        Double mean = entry.now.mean();
        Double before = entry.before.mean();
        boolean changed = entry.previous != null;
        double extra = changed && mean != null && before != null && entry.now.allMs > 0
                ? Math.max(0, (mean - before) * entry.now.calls / entry.now.allMs)
                : 0;
        return new Planned(
                String.valueOf(id),
                entry.query,
                entry.plan,
                entry.plannedAt,
                rounded(mean),
                Math.round(entry.now.calls),
                entry.previous,
                entry.changedAt,
                changed ? rounded(before) : null,
                changed ? Math.round(entry.before.calls) : 0,
                Math.round(Math.min(1, extra) * 1000) / 1000.0,
                entry.error,
                entry.refused);
    }

    private static @Nullable Double rounded(@Nullable Double milliseconds) {
        return milliseconds == null ? null : Math.round(milliseconds * 1000) / 1000.0;
    }

    @Override
    public void release() {
        deltas.release();
        budget.giveBack((long) entries.size() * ENTRY_BYTES);
        entries.clear();
    }
}
