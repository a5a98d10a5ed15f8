package dev.pgvigil.check;

import dev.pgvigil.postgres.CheckMemory;
import dev.pgvigil.postgres.MemoryBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Computes the growth of keyed counters between two collections, such as those of {@code pg_stat_statements}. Detects resets of
 * all counters and of single keys, and evictions; keeps no more keys than the memory budget of the fleet allows. A check keeps
 * its instance in its {@link dev.pgvigil.postgres.Session#memory}. Used from one event loop.
 *
 * @param <K> key of a row of counters, with {@code equals}
 */
// Thousands of rows per collection: counters are arrays, which are never compared.
@SuppressWarnings("ArrayRecordComponent")
public final class CounterDeltas<K> implements CheckMemory.Releasable {

    /** Size of an entry in a hash map, its array and object headers. */
    private static final int ENTRY_BYTES = 112;

    /**
     * One row of counters.
     *
     * @param values each grows until it is reset
     * @param since when the server began to count this key ({@code stats_since}, PostgreSQL 17); null if not known
     */
    public record Counters<K>(
            K key, double[] values, @Nullable Instant since) {}

    /**
     * The counters read by one collection.
     *
     * @param reset changes when all counters are reset, such as {@code stats_reset}
     * @param complete whether these are all keys that the server counts; if not, a missing key may still be counted
     */
    public record Collection<K>(
            Instant at, List<Counters<K>> rows, @Nullable Object reset, boolean complete) {}

    /**
     * The growth of one key.
     *
     * @param values as in {@link Counters}, none of the compared ones negative
     * @param restarted whether the key was reset in between, so that growth before that is missing
     */
    public record Delta<K>(K key, double[] values, boolean restarted) {}

    /**
     * The growth between two collections.
     *
     * @param elapsed zero at the first collection, which has no growth
     * @param grown keys of which a counter grew
     * @param restarted whether all counters were reset in between
     * @param untracked keys for which no memory was left
     */
    public record Growth<K>(Duration elapsed, List<Delta<K>> grown, boolean restarted, int untracked) {}

    private record Kept(double[] values, @Nullable Instant since) {}

    private final int compared;
    private final int keyBytes;
    private final MemoryBudget budget;
    private Map<K, Kept> kept = new HashMap<>();
    private @Nullable Instant at;
    private @Nullable Object reset;
    private boolean knowsAll;

    /**
     * @param counters values of each key
     * @param keyBytes size of a key
     */
    public CounterDeltas(int counters, int keyBytes, MemoryBudget budget) {
        this(counters, counters, keyBytes, budget);
    }

    /**
     * @param counters values of each key
     * @param compared the first values, of which a lower one means that the key was reset. The others are sums computed from
     *     rounded figures: they may fall a little, and so may their growth
     * @param keyBytes size of a key
     */
    public CounterDeltas(int counters, int compared, int keyBytes, MemoryBudget budget) {
        this.compared = compared;
        this.keyBytes = ENTRY_BYTES + keyBytes + counters * Double.BYTES;
        this.budget = budget;
    }

    /** Records a collection and returns the growth since the one before. */
    public Growth<K> advance(Collection<K> now) {
        Instant before = at;
        boolean restarted = before != null && !Objects.equals(reset, now.reset);
        List<Delta<K>> grown = new ArrayList<>();
        Map<K, Kept> next = HashMap.newHashMap(now.rows.size());
        int untracked = 0;
        for (Counters<K> row : now.rows) {
            Kept last = kept.remove(row.key);
            if (before != null) {
                addGrowth(row, last, restarted, grown);
            }
            if (last != null || budget.take(keyBytes)) {
                if (next.put(row.key, new Kept(row.values.clone(), row.since)) != null) {
                    budget.giveBack(keyBytes);
                }
            } else {
                untracked++;
            }
        }
        budget.giveBack((long) kept.size() * keyBytes);
        kept = next;
        at = now.at;
        reset = now.reset;
        knowsAll = now.complete && untracked == 0;
        Duration elapsed = before == null ? Duration.ZERO : Duration.between(before, now.at);
        return new Growth<>(elapsed, List.copyOf(grown), restarted, untracked);
    }

    private void addGrowth(Counters<K> row, @Nullable Kept last, boolean restarted, List<Delta<K>> grown) {
        // If all keys were known, an unknown key is new, or was evicted and is back: either way it was counted from
        // zero.
        boolean fromZero = last == null ? knowsAll || restarted : restarted || begunAnew(row, last);
        if (last == null && !fromZero) {
            return;
        }
        double[] growth = row.values.clone();
        if (!fromZero && last != null) {
            for (int i = 0; i < growth.length; i++) {
                growth[i] -= last.values[i];
            }
        }
        for (int i = 0; i < compared; i++) {
            if (growth[i] > 0) {
                grown.add(new Delta<>(row.key, growth, fromZero && last != null));
                return;
            }
        }
    }

    private boolean begunAnew(Counters<?> row, Kept last) {
        if (!Objects.equals(row.since, last.since)) {
            return true;
        }
        for (int i = 0; i < compared; i++) {
            if (row.values[i] < last.values[i]) {
                return true;
            }
        }
        return false;
    }

    /** Number of keys kept. */
    public int size() {
        return kept.size();
    }

    @Override
    public void release() {
        budget.giveBack((long) kept.size() * keyBytes);
        kept = new HashMap<>();
        at = null;
        knowsAll = false;
    }
}
