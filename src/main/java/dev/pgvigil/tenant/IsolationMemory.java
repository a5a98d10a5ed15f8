package dev.pgvigil.tenant;

import dev.pgvigil.check.IsolationVerdict.Verdict;
import dev.pgvigil.postgres.CheckMemory;
import dev.pgvigil.tenant.CatalogReader.Changes;
import dev.pgvigil.tenant.IsolationState.TimelineEntry;
import dev.pgvigil.tenant.IsolationState.VerdictChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the check keeps of a database between two passes: the latest state, the roles that were seen, and what has changed. Bounded.
 * It says when the catalogues have to be read again.
 */
final class IsolationMemory implements CheckMemory.Lasting {

    /** Counters of the catalogues may be late, and do not rise on a standby. */
    static final Duration AT_LEAST_EVERY = Duration.ofMinutes(10);

    private static final int MOST_SEEN = 500;
    private static final int MOST_CHANGES = 100;

    private final Map<Long, Long> seen = new HashMap<>();
    private final List<VerdictChange> history = new ArrayList<>();
    private final List<TimelineEntry> timeline = new ArrayList<>();
    private Map<String, Violation> open = Map.of();
    private @Nullable IsolationState state;
    private @Nullable Tenancy tenancy;
    private long changes;
    private long readAt;

    /** Adds roles that were seen. Returns whether one of them is new. */
    boolean observe(Set<Long> roles, long nanoTime) {
        boolean isNew = false;
        for (Long role : roles) {
            if (seen.size() < MOST_SEEN || seen.containsKey(role)) {
                isNew |= seen.put(role, nanoTime) == null;
            }
        }
        return isNew;
    }

    Set<Long> observed() {
        return new HashSet<>(seen.keySet());
    }

    /** The latest state if nothing has changed since; null: the catalogues have to be read. */
    @Nullable
    IsolationState current(Changes now, boolean newRoles, Tenancy configured, long nanoTime) {
        boolean same = now.changes() == changes
                && !newRoles
                && configured.equals(tenancy)
                && nanoTime - readAt < AT_LEAST_EVERY.toNanos();
        return same ? state : null;
    }

    /** Records a new state; returns it with what has changed over time. */
    IsolationState read(IsolationState fresh, Changes at, Tenancy configured, long nanoTime, Instant now) {
        changes = at.changes();
        tenancy = configured;
        readAt = nanoTime;
        Map<String, Violation> present = new TreeMap<>();
        fresh.violations().forEach(each -> present.put(each.rule() + "/" + each.digest(), each));
        // The first pass does not know what is new.
        if (state != null) {
            present.forEach((key, each) -> {
                if (!open.containsKey(key)) {
                    timeline.add(new TimelineEntry(now, true, each.rule(), each.object()));
                }
            });
            open.forEach((key, each) -> {
                if (!present.containsKey(key)) {
                    timeline.add(new TimelineEntry(now, false, each.rule(), each.object()));
                }
            });
        }
        open = present;
        Verdict verdict = fresh.verdict();
        if (history.isEmpty() ? verdict != Verdict.NONE : history.getLast().verdict() != verdict) {
            history.add(new VerdictChange(now, verdict, fresh.violations().size()));
        }
        bound(history);
        bound(timeline);
        IsolationState complete = fresh.with(history, timeline);
        state = complete;
        return complete;
    }

    private static void bound(List<?> list) {
        while (list.size() > MOST_CHANGES) {
            list.removeFirst();
        }
    }
}
