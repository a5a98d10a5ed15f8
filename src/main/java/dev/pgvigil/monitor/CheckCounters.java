package dev.pgvigil.monitor;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.state.Outcome;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts the runs of each check over the whole fleet, and their failures by reason. Thread-safe. */
@Singleton
public class CheckCounters {

    private final Map<String, Count> counts = new TreeMap<>();

    /** Counts only the checks of the catalogue, so that memory use is bounded. */
    public CheckCounters(Catalogue catalogue) {
        for (Check<?> check : catalogue.checks()) {
            counts.put(check.name(), new Count());
        }
    }

    /** Counts one run. */
    public void count(String check, Outcome<?> outcome) {
        Count count = counts.get(check);
        if (count == null) {
            return;
        }
        switch (outcome) {
            case Outcome.Observed<?> observed -> count.observed.increment();
            case Outcome.Failed<?> failed ->
                count.failed
                        .computeIfAbsent(failed.failure().reason(), first -> new LongAdder())
                        .increment();
            case Outcome.Skipped<?> skipped -> count.skipped.increment();
        }
    }

    /** The names of the counted checks, sorted. */
    public List<String> checks() {
        return List.copyOf(counts.keySet());
    }

    /** Runs that were not skipped, successful or failed. */
    public long passes(String check) {
        Count count = of(check);
        return count.observed.sum()
                + count.failed.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Runs that were skipped because a requirement was not met. */
    public long skipped(String check) {
        return of(check).skipped.sum();
    }

    /** Runs that failed for this reason. */
    public long failures(String check, Reason reason) {
        LongAdder failures = of(check).failed.get(reason);
        return failures == null ? 0 : failures.sum();
    }

    private Count of(String check) {
        Count count = counts.get(check);
        if (count == null) {
            throw new IllegalArgumentException("no check " + check);
        }
        return count;
    }

    private static final class Count {
        final LongAdder observed = new LongAdder();
        final LongAdder skipped = new LongAdder();
        final Map<Reason, LongAdder> failed = new ConcurrentHashMap<>();
    }
}
