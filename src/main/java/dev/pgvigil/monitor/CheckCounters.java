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

/** Counts the passes of each check over the whole fleet, and their failures by reason. Safe for any thread. */
@Singleton
public class CheckCounters {

    private final Map<String, Count> counts = new TreeMap<>();

    /** A tally of these checks and no others, so that it stays as small as the catalogue. */
    public CheckCounters(Catalogue catalogue) {
        for (Check<?> check : catalogue.checks()) {
            counts.put(check.name(), new Count());
        }
    }

    /** Counts one pass. */
    public void count(String check, Outcome<?> outcome) {
        Count count = counts.get(check);
        if (count == null) {
            return;
        }
        switch (outcome) {
            case Outcome.Observed<?> observed -> count.answered.increment();
            case Outcome.Failed<?> failed ->
                count.failed
                        .computeIfAbsent(failed.failure().reason(), first -> new LongAdder())
                        .increment();
            case Outcome.Skipped<?> skipped -> count.skipped.increment();
        }
    }

    /** Names of the checks that are counted, in order. */
    public List<String> checks() {
        return List.copyOf(counts.keySet());
    }

    /** Passes that asked, answered or not. */
    public long passes(String check) {
        Count count = of(check);
        return count.answered.sum()
                + count.failed.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Passes that were skipped, for want of something that the check needs. */
    public long skipped(String check) {
        return of(check).skipped.sum();
    }

    /** Passes that failed for this reason. */
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
        final LongAdder answered = new LongAdder();
        final LongAdder skipped = new LongAdder();
        final Map<Reason, LongAdder> failed = new ConcurrentHashMap<>();
    }
}
