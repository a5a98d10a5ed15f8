package dev.pgvigil.check.statements;

import dev.pgvigil.check.statements.StatementTracker.Ran;
import dev.pgvigil.postgres.MemoryBudget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The recent past of the statements that take most time: for each a baseline, the last intervals, and the one under way. An
 * interval is a number of runs of the check. What looks like a regression does not become part of the baseline, for a day; then
 * the new level is the baseline.
 */
final class StatementHistory {

    /** The most statements with a history. */
    static final int MOST = 64;

    /** The intervals that are compared with the baseline. */
    static final int RECENT = 3;

    /** Three hours at an interval of five minutes. */
    static final int BASELINE = 36;

    /** An interval with fewer calls says nothing. */
    static final int CALLS = 20;

    /** A day at an interval of five minutes. */
    private static final int ACCEPTED_AFTER = 288;

    private static final int SERIES_BYTES = 400 + (BASELINE + RECENT + 1) * StatementBucket.BYTES;

    private static final class Series {
        private final Deque<StatementBucket> baseline = new ArrayDeque<>();
        private final Deque<StatementBucket> recent = new ArrayDeque<>();
        private StatementBucket open = StatementBucket.EMPTY;
        private int apart;

        private void close() {
            StatementBucket closed = open;
            open = StatementBucket.EMPTY;
            if (closed.calls() >= CALLS) {
                recent.addLast(closed);
            }
            // A statement that hardly runs any more has no recent intervals before long.
            if (recent.size() > (closed.calls() >= CALLS ? RECENT : 0)) {
                settle(recent.removeFirst());
            }
        }

        private void settle(StatementBucket old) {
            if (baseline.size() >= RECENT && StatementRegression.apart(List.copyOf(baseline), old)) {
                apart++;
                if (apart < ACCEPTED_AFTER) {
                    return;
                }
                baseline.clear();
            }
            apart = 0;
            baseline.addLast(old);
            if (baseline.size() > BASELINE) {
                baseline.removeFirst();
            }
        }
    }

    private final MemoryBudget budget;
    private final int runs;
    private final Map<StatementKey, Series> series = new LinkedHashMap<>(16, 0.75f, true);
    private int run;

    /** @param runs of the check that make an interval */
    StatementHistory(int runs, MemoryBudget budget) {
        this.runs = runs;
        this.budget = budget;
    }

    /**
     * Adds a run.
     *
     * @param first the statements that take most time
     */
    void add(Map<StatementKey, Ran> ran, List<StatementKey> first, double allMs, double seconds) {
        first.forEach(this::follow);
        List<Series> all = new ArrayList<>();
        series.forEach((key, one) -> {
            Ran now = ran.get(key);
            one.open = one.open.plus(
                    now == null ? StatementBucket.idle(allMs, seconds) : StatementBucket.of(now, allMs, seconds));
            all.add(one);
        });
        run++;
        if (run % runs == 0) {
            all.forEach(Series::close);
        }
    }

    private void follow(StatementKey key) {
        if (series.get(key) != null) {
            return;
        }
        if (series.size() >= MOST) {
            series.remove(series.keySet().iterator().next());
            budget.giveBack(SERIES_BYTES);
        }
        if (budget.take(SERIES_BYTES)) {
            series.put(key, new Series());
        }
    }

    /** Each statement with its baseline and its last intervals, if it has all of them. */
    void compare(BiConsumer<StatementKey, StatementRegression.Levels> receiver) {
        List.copyOf(series.entrySet()).forEach(entry -> {
            Series one = entry.getValue();
            if (one.recent.size() == RECENT && one.baseline.size() >= RECENT) {
                receiver.accept(
                        entry.getKey(),
                        new StatementRegression.Levels(List.copyOf(one.baseline), List.copyOf(one.recent)));
            }
        });
    }

    void release() {
        budget.giveBack((long) series.size() * SERIES_BYTES);
        series.clear();
    }
}
