package dev.pgvigil.check.forecast;

import dev.pgvigil.check.Growing;
import dev.pgvigil.check.Growing.Quantity;
import dev.pgvigil.check.Growing.Resource;
import dev.pgvigil.check.Latest.Seen;
import dev.pgvigil.postgres.CheckMemory;
import dev.pgvigil.postgres.MemoryBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The series of one server, within the memory budget of the fleet. A series that was not seen for a day is forgotten. */
final class GrowthMemory implements CheckMemory.Releasable, CheckMemory.Lasting {

    /** The most series of a server. */
    static final int MOST = 64;

    private static final Duration FORGET = Duration.ofDays(1);

    private record Key(
            Resource resource, String name, @Nullable String database) {}

    private static final class Kept {

        private final Series series = new Series();
        private Instant seen = Instant.EPOCH;
    }

    private final MemoryBudget budget;
    private final Map<Key, Kept> kept = new HashMap<>();

    GrowthMemory(MemoryBudget budget) {
        this.budget = budget;
    }

    /** Adds the quantities of these observations, and returns the growth of each. */
    Forecast.Growths add(List<Seen<Growing>> observations) {
        Map<Key, Growth> growths = new LinkedHashMap<>();
        int leftOut = 0;
        for (Seen<Growing> one : observations) {
            for (Quantity quantity : one.value().quantities()) {
                String database = quantity.database() == null ? one.database() : quantity.database();
                Key key = new Key(quantity.resource(), quantity.name(), database);
                Kept series = growths.containsKey(key) ? null : series(key);
                if (series != null) {
                    series.seen = one.at();
                    growths.put(key, series.series.add(quantity, database, one.at()));
                } else if (!growths.containsKey(key)) {
                    leftOut++;
                }
            }
        }
        observations.stream().map(Seen::at).max(Instant::compareTo).ifPresent(this::forget);
        return new Forecast.Growths(List.copyOf(growths.values()), leftOut);
    }

    private @Nullable Kept series(Key key) {
        Kept known = kept.get(key);
        if (known != null) {
            return known;
        }
        if (kept.size() >= MOST || !budget.take(Series.BYTES)) {
            return null;
        }
        Kept created = new Kept();
        kept.put(key, created);
        return created;
    }

    private void forget(Instant now) {
        int before = kept.size();
        kept.values().removeIf(one -> one.seen.isBefore(now.minus(FORGET)));
        budget.giveBack((long) (before - kept.size()) * Series.BYTES);
    }

    @Override
    public void release() {
        budget.giveBack((long) kept.size() * Series.BYTES);
        kept.clear();
    }
}
