package dev.pgvigil.check.storage;

import dev.pgvigil.postgres.CheckMemory;
import dev.pgvigil.postgres.MemoryBudget;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The growth of values by key in the last hour or day, within the memory budget of the fleet. A key whose values fell, or whose
 * reset changed, starts anew.
 *
 * @param <K> with {@code equals}
 */
@SuppressWarnings("ArrayRecordComponent") // counters are never compared
final class GrowthWindow<K> implements CheckMemory.Releasable {

    /** The reset of a key of which the server has no statistics yet: they begin at zero, which is no reset. */
    private static final String NEVER = String.valueOf((Object) null);

    private static final int ENTRY_BYTES = 200;
    private static final int READING_BYTES = 120;

    /** What a key grew by in this many seconds; zero at its first reading. */
    record Growth(double seconds, double[] values) {

        double perSecond(int index) {
            return seconds <= 0 ? 0 : values[index] / seconds;
        }
    }

    private record Reading(double at, String reset, double[] values) {}

    private final MemoryBudget budget;
    private final double span;
    private final double step;
    private final int bytes;
    private final Map<K, Deque<Reading>> kept = new HashMap<>();

    /**
     * @param span how far back it reaches, in seconds
     * @param step one reading in this many seconds is kept
     */
    GrowthWindow(MemoryBudget budget, double span, double step) {
        this.budget = budget;
        this.span = span;
        this.step = step;
        this.bytes = ENTRY_BYTES + READING_BYTES * (int) (span / step + 2);
    }

    /** The last hour, with a reading in ten minutes. */
    static <K> GrowthWindow<K> hour(MemoryBudget budget) {
        return new GrowthWindow<>(budget, 3600, 600);
    }

    /** Adds a reading of a key and returns its growth. */
    Growth add(K key, double now, String reset, double... values) {
        Deque<Reading> readings = kept.get(key);
        if (readings == null) {
            if (!budget.take(bytes)) {
                return new Growth(0, new double[values.length]);
            }
            readings = new ArrayDeque<>();
            kept.put(key, readings);
        }
        if (!readings.isEmpty() && readings.getLast().reset.equals(NEVER)) {
            Reading last = readings.removeLast();
            readings.addLast(new Reading(last.at, reset, last.values));
        }
        if (!readings.isEmpty() && begunAnew(readings.getLast(), reset, values)) {
            readings.clear();
        }
        if (readings.isEmpty() || now - readings.getLast().at >= step) {
            readings.addLast(new Reading(now, reset, values.clone()));
        }
        while (now - readings.getFirst().at > span && readings.size() > 1) {
            readings.removeFirst();
        }
        Reading first = readings.getFirst();
        double[] more = values.clone();
        for (int i = 0; i < more.length; i++) {
            more[i] -= first.values[i];
        }
        return new Growth(Math.round((now - first.at) * 1000) / 1000.0, more);
    }

    private static boolean begunAnew(Reading last, String reset, double... values) {
        if (!Objects.equals(last.reset, reset)) {
            return true;
        }
        for (int i = 0; i < values.length; i++) {
            if (values[i] < last.values[i]) {
                return true;
            }
        }
        return false;
    }

    /** Forgets the keys that were not read any more. */
    void retain(Set<K> keys) {
        int before = kept.size();
        kept.keySet().retainAll(keys);
        budget.giveBack((long) (before - kept.size()) * bytes);
    }

    @Override
    public void release() {
        budget.giveBack((long) kept.size() * bytes);
        kept.clear();
    }
}
