package dev.pgvigil.check.statements;

import dev.pgvigil.check.CounterDeltas;
import dev.pgvigil.check.CounterDeltas.Collection;
import dev.pgvigil.check.CounterDeltas.Counters;
import dev.pgvigil.check.CounterDeltas.Delta;
import dev.pgvigil.check.CounterDeltas.Growth;
import dev.pgvigil.check.statements.StatementRegression.Levels;
import dev.pgvigil.check.statements.StatementStatistics.Order;
import dev.pgvigil.check.statements.StatementStatistics.Totals;
import dev.pgvigil.check.statements.StatementsQuery.Installed;
import dev.pgvigil.check.statements.StatementsQuery.ModuleInfo;
import dev.pgvigil.check.statements.StatementsQuery.Names;
import dev.pgvigil.postgres.CheckMemory;
import dev.pgvigil.postgres.MemoryBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is kept of the statements of one server between collections, within the memory budget of the fleet. */
final class StatementTracker implements CheckMemory.Releasable {

    /** The statements that are shown in each order. */
    static final int TOP = 15;

    /** How many times its baseline a statement takes from which it is shown. */
    private static final double SLOWER = 1.3;

    private static final Duration EVICTIONS_WITHIN = Duration.ofHours(1);

    /** One statement that ran during an interval. */
    // Thousands per collection: counters are arrays, which are never compared.
    @SuppressWarnings("ArrayRecordComponent")
    record Ran(StatementKey key, double[] growth, double[] now, boolean restarted) {

        double io() {
            double timed = Counter.READ_TIME.of(growth) + Counter.WRITE_TIME.of(growth);
            return timed > 0 ? timed : blocks() / 1e9;
        }

        private double blocks() {
            return Counter.SHARED_BLKS_READ.of(growth)
                    + Counter.SHARED_BLKS_WRITTEN.of(growth)
                    + Counter.TEMP_BLKS_READ.of(growth)
                    + Counter.TEMP_BLKS_WRITTEN.of(growth);
        }

        double mean() {
            return Counter.CALLS.of(growth) > 0 ? Counter.EXEC_TIME.of(growth) / Counter.CALLS.of(growth) : 0;
        }
    }

    /** One collection, before names and texts. */
    record Pass(
            Installed installed,
            ModuleInfo info,
            int entries,
            Growth<StatementKey> growth,
            @Nullable Long evictions,
            Totals interval,
            Map<Ran, Set<Order>> top,
            Map<StatementKey, Levels> slower) {

        /** The statements that are shown. */
        List<StatementKey> keys() {
            return Stream.concat(top.keySet().stream().map(Ran::key), slower.keySet().stream())
                    .distinct()
                    .toList();
        }
    }

    private record Eviction(Instant at, long times) {}

    private final CounterDeltas<StatementKey> deltas;
    private final double[] counted = new double[Counter.COUNT];
    private final Deque<Eviction> evictions = new ArrayDeque<>();
    private @Nullable Long dealloc;
    private boolean released;

    final StatementTexts texts;

    private final StatementHistory history;

    /** @param runs of the check that make an interval of a statement's history */
    StatementTracker(int runs, StatementTexts.Pause pause, MemoryBudget budget) {
        this.history = new StatementHistory(runs, budget);
        this.deltas = new CounterDeltas<>(Counter.COUNT, Counter.EXACT, StatementKey.BYTES, budget);
        this.texts = new StatementTexts(pause, budget);
    }

    /** For thousands of rows this takes milliseconds: not for an event loop. */
    synchronized Pass advance(Installed installed, ModuleInfo info, List<Counters<StatementKey>> rows) {
        Pass pass = compared(installed, info, rows);
        if (released) {
            discard();
        }
        return pass;
    }

    private Pass compared(Installed installed, ModuleInfo info, List<Counters<StatementKey>> rows) {
        Growth<StatementKey> growth =
                deltas.advance(new Collection<>(installed.at(), rows, info.reset(), installed.readsAll()));
        Map<StatementKey, double[]> now = HashMap.newHashMap(rows.size());
        rows.forEach(row -> now.put(row.key(), row.values()));
        boolean first = growth.elapsed().isZero();
        double[] sums = new double[Counter.COUNT];
        List<Ran> ran = new ArrayList<>();
        if (first) {
            // What they did since their counters began, until there is an interval.
            rows.forEach(row -> ran.add(new Ran(row.key(), row.values(), row.values(), false)));
        }
        for (Delta<StatementKey> delta : growth.grown()) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += delta.values()[i];
                counted[i] += delta.values()[i];
            }
            ran.add(new Ran(
                    delta.key(), delta.values(), now.getOrDefault(delta.key(), delta.values()), delta.restarted()));
        }
        Totals interval = Totals.of(sums);
        Map<Ran, Set<Order>> top = top(ran);
        if (!first) {
            history.add(
                    ran.stream().collect(Collectors.toMap(Ran::key, Function.identity())),
                    top.entrySet().stream()
                            .filter(entry -> entry.getValue().contains(Order.TOTAL_TIME))
                            .map(entry -> entry.getKey().key())
                            .toList(),
                    interval.execMs(),
                    growth.elapsed().toMillis() / 1000.0);
        }
        return new Pass(
                installed,
                info,
                rows.size(),
                growth,
                evicted(installed.at(), info, growth.restarted()),
                interval,
                top,
                slower());
    }

    /** The statements that may be regressions. */
    private Map<StatementKey, Levels> slower() {
        Map<StatementKey, Levels> slower = new LinkedHashMap<>();
        history.compare((key, levels) -> {
            if (levels.factor() >= SLOWER && levels.z() > 1) {
                slower.put(key, levels);
            }
        });
        return slower;
    }

    /** Times in the last hour that entries were evicted. */
    private @Nullable Long evicted(Instant at, ModuleInfo info, boolean reset) {
        Long before = reset ? Long.valueOf(0) : dealloc;
        dealloc = info.dealloc();
        if (info.dealloc() == null) {
            return null;
        }
        if (before != null && info.dealloc() > before) {
            evictions.add(new Eviction(at, info.dealloc() - before));
        }
        evictions.removeIf(one -> one.at.isBefore(at.minus(EVICTIONS_WITHIN)));
        return evictions.stream().mapToLong(Eviction::times).sum();
    }

    private static Map<Ran, Set<Order>> top(List<Ran> ran) {
        Map<Ran, Set<Order>> top = new LinkedHashMap<>();
        for (Order order : Order.values()) {
            ToDoubleFunction<Ran> by = by(order);
            ran.stream()
                    .filter(one -> by.applyAsDouble(one) > 0)
                    .sorted(Comparator.comparingDouble(by).reversed())
                    .limit(TOP)
                    .forEach(one -> top.computeIfAbsent(one, key -> EnumSet.noneOf(Order.class))
                            .add(order));
        }
        return top;
    }

    private static ToDoubleFunction<Ran> by(Order order) {
        return switch (order) {
            case TOTAL_TIME -> one -> Counter.EXEC_TIME.of(one.growth);
            case CALLS -> one -> Counter.CALLS.of(one.growth);
            case MEAN_TIME -> Ran::mean;
            case IO -> Ran::io;
        };
    }

    StatementStatistics statistics(Pass pass, Names names, List<RunningStatement> running, String database) {
        double all = pass.growth.elapsed().isZero()
                ? pass.top.keySet().stream()
                        .mapToDouble(one -> Counter.EXEC_TIME.of(one.growth))
                        .sum()
                : pass.interval.execMs();
        return new StatementStatistics(
                pass.installed.version(),
                database,
                pass.installed.track(),
                pass.installed.ioTiming(),
                pass.entries,
                pass.installed.max(),
                pass.installed.readsAll(),
                pass.growth.untracked(),
                pass.info.reset(),
                pass.growth.restarted(),
                pass.evictions,
                pass.growth.elapsed().toMillis() / 1000.0,
                pass.interval,
                Totals.of(counted),
                pass.top.entrySet().stream()
                        .map(entry -> usage(entry.getKey(), entry.getValue(), all, names))
                        .sorted(Comparator.comparingDouble(StatementUsage::totalMs)
                                .reversed())
                        .toList(),
                regressions(pass, names),
                running);
    }

    /** Only of statements with comparable times: not of bulk operations, and not where the text is not known. */
    private List<StatementRegression> regressions(Pass pass, Names names) {
        List<StatementRegression> found = new ArrayList<>();
        pass.slower.forEach((key, levels) -> {
            StatementText text = texts.of(key);
            if (text != null && text.kind() == StatementText.Kind.ORDINARY) {
                found.add(StatementRegression.of(
                        key,
                        levels,
                        text.query(),
                        names.databases().get(key.dbid()),
                        names.roles().get(key.userid())));
            }
        });
        found.sort(Comparator.comparingDouble(StatementRegression::extraMs).reversed());
        return List.copyOf(found);
    }

    private StatementUsage usage(Ran ran, Set<Order> orders, double allMs, Names names) {
        double[] growth = ran.growth;
        IntervalTimes times = IntervalTimes.of(ran.now, growth);
        StatementText text = texts.of(ran.key);
        return new StatementUsage(
                String.valueOf(ran.key.queryid()),
                names.databases().get(ran.key.dbid()),
                names.roles().get(ran.key.userid()),
                ran.key.toplevel(),
                text == null ? null : text.query(),
                List.copyOf(orders),
                whole(Counter.CALLS, growth),
                rounded(Counter.EXEC_TIME.of(growth)),
                allMs > 0 ? rounded(100 * Counter.EXEC_TIME.of(growth) / allMs) : 0,
                times.meanMs() == null ? null : rounded(times.meanMs()),
                times.varianceMs() == null ? null : rounded(Math.sqrt(times.varianceMs())),
                rounded(Counter.PLAN_TIME.of(growth)),
                whole(Counter.ROWS, growth),
                whole(Counter.SHARED_BLKS_HIT, growth),
                whole(Counter.SHARED_BLKS_READ, growth),
                whole(Counter.SHARED_BLKS_DIRTIED, growth),
                whole(Counter.SHARED_BLKS_WRITTEN, growth),
                whole(Counter.TEMP_BLKS_READ, growth),
                whole(Counter.TEMP_BLKS_WRITTEN, growth),
                rounded(Counter.READ_TIME.of(growth)),
                rounded(Counter.WRITE_TIME.of(growth)),
                whole(Counter.WAL_BYTES, growth),
                rounded(Counter.JIT_TIME.of(growth)),
                ran.restarted,
                whole(Counter.CALLS, ran.now),
                rounded(Counter.EXEC_TIME.of(ran.now)),
                whole(Counter.ROWS, ran.now),
                whole(Counter.SHARED_BLKS_READ, ran.now),
                whole(Counter.SHARED_BLKS_HIT, ran.now),
                whole(Counter.TEMP_BLKS_WRITTEN, ran.now));
    }

    private static long whole(Counter counter, double[] values) {
        return Math.round(counter.of(values));
    }

    /** To microseconds. */
    private static double rounded(double milliseconds) {
        return Math.round(milliseconds * 1000) / 1000.0;
    }

    @Override
    public synchronized void release() {
        released = true;
        discard();
    }

    private void discard() {
        deltas.release();
        texts.release();
        history.release();
    }
}
