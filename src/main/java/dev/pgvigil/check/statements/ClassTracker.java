package dev.pgvigil.check.statements;

import dev.pgvigil.check.CounterDeltas;
import dev.pgvigil.check.CounterDeltas.Collection;
import dev.pgvigil.check.CounterDeltas.Counters;
import dev.pgvigil.check.CounterDeltas.Delta;
import dev.pgvigil.check.CounterDeltas.Growth;
import dev.pgvigil.postgres.CheckMemory;
import dev.pgvigil.postgres.MemoryBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** To which class each statement of one database belongs, and what the classes did; within the memory budget of the fleet. */
final class ClassTracker implements CheckMemory.Releasable {

    /** The counters that are read. */
    static final int CALLS = 0;

    static final int MS = 1;
    static final int ROWS = 2;
    private static final int COUNTERS = 3;

    private static final int NONE = -1;
    private static final int ID_BYTES = 24;
    private static final int KNOWN_BYTES = 96;

    /** Statements whose class is known. */
    private static final int MOST = 10_000;

    /** Statements of which the text is read at once. */
    private static final int AT_ONCE = 500;

    private final CounterDeltas<Long> deltas;
    private final MemoryBudget budget;
    private final StatementTexts pause;
    private final Map<Long, Integer> known = new HashMap<>();
    private List<QueryClass> classes = List.of();
    private double[][] totals = new double[0][];

    ClassTracker(StatementTexts.Pause pause, MemoryBudget budget) {
        this.budget = budget;
        this.pause = new StatementTexts(pause, budget);
        this.deltas = new CounterDeltas<>(COUNTERS, ID_BYTES, budget);
    }

    /** Other classes: every statement is classified anew. */
    void configured(List<QueryClass> wanted) {
        if (!classes.equals(wanted)) {
            forget();
            classes = List.copyOf(wanted);
            totals = new double[classes.size()][COUNTERS];
        }
    }

    /** The statements whose text is to be read now; empty: none, or not yet. */
    Set<Long> unread(List<Counters<Long>> rows, long nanoTime) {
        Set<Long> unread = new TreeSet<>();
        if (pause.mayRead(nanoTime)) {
            rows.stream()
                    .map(Counters::key)
                    .filter(id -> !known.containsKey(id))
                    .limit(AT_ONCE)
                    .forEach(unread::add);
        }
        return unread;
    }

    void read(long began, long ended) {
        pause.read(began, ended);
    }

    void failed(long began, long ended, boolean timedOut) {
        pause.failed(began, ended, timedOut);
    }

    void classify(long queryid, String text) {
        if (known.size() >= MOST) {
            forget();
        }
        if (!known.containsKey(queryid) && budget.take(KNOWN_BYTES)) {
            known.put(queryid, classOf(text));
        }
    }

    private int classOf(String text) {
        QueryClass.Text seen = QueryClass.Text.of(text);
        for (int i = 0; i < classes.size(); i++) {
            if (classes.get(i).matches(seen)) {
                return i;
            }
        }
        return NONE;
    }

    ClassUsage advance(Instant at, List<Counters<Long>> rows, Map<Long, String> texts, boolean complete) {
        texts.forEach(this::classify);
        Growth<Long> growth = deltas.advance(new Collection<>(at, rows, null, complete));
        double[][] sums = new double[classes.size()][COUNTERS];
        double[] slowest = new double[classes.size()];
        Long[] ids = new Long[classes.size()];
        for (Delta<Long> delta : growth.grown()) {
            int index = known.getOrDefault(delta.key(), NONE);
            if (index == NONE) {
                continue;
            }
            for (int i = 0; i < COUNTERS; i++) {
                sums[index][i] += delta.values()[i];
                totals[index][i] += delta.values()[i];
            }
            double mean = delta.values()[CALLS] > 0 ? delta.values()[MS] / delta.values()[CALLS] : 0;
            if (mean > slowest[index]) {
                slowest[index] = mean;
                ids[index] = delta.key();
            }
        }
        int[] statements = new int[classes.size()];
        int unread = 0;
        for (Counters<Long> row : rows) {
            Integer index = known.get(row.key());
            if (index == null) {
                unread++;
            } else if (index != NONE) {
                statements[index]++;
            }
        }
        List<ClassUsage.Usage> usage = new ArrayList<>();
        for (int i = 0; i < classes.size(); i++) {
            usage.add(usage(i, statements[i], sums[i], ids[i], slowest[i]));
        }
        return new ClassUsage(seconds(growth.elapsed()), unread, complete && growth.untracked() == 0, usage);
    }

    private ClassUsage.Usage usage(
            int index, int statements, double[] sums, @Nullable Long slowest, double slowestMean) {
        QueryClass one = classes.get(index);
        return new ClassUsage.Usage(
                one.name(),
                one.severity(),
                statements,
                Math.round(sums[CALLS]),
                rounded(sums[MS]),
                sums[CALLS] > 0 ? rounded(sums[MS] / sums[CALLS]) : null,
                Math.round(sums[ROWS]),
                slowest == null ? null : String.valueOf(slowest),
                slowest == null ? null : rounded(slowestMean),
                Math.round(totals[index][CALLS]),
                rounded(totals[index][MS]),
                Math.round(totals[index][ROWS]));
    }

    private static double seconds(Duration elapsed) {
        return elapsed.toMillis() / 1000.0;
    }

    private static double rounded(double milliseconds) {
        return Math.round(milliseconds * 1000) / 1000.0;
    }

    private void forget() {
        budget.giveBack((long) known.size() * KNOWN_BYTES);
        known.clear();
    }

    @Override
    public void release() {
        deltas.release();
        pause.release();
        forget();
    }
}
