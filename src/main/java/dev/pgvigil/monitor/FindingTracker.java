package dev.pgvigil.monitor;

import static java.util.Comparator.comparing;

import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tracks the findings of one target: which are open, after debouncing, and since when. Not thread-safe. */
final class FindingTracker {

    private static final Comparator<Finding> WORST_FIRST = comparing(Finding::status)
            .thenComparing(Finding::severity)
            .reversed()
            .thenComparing(Finding::key);

    /** Observed figures change at every collection; update events are limited to one in this time. */
    private static final Duration UPDATE_INTERVAL = Duration.ofSeconds(5);

    /**
     * The changes caused by one result.
     *
     * @param updated open findings whose change is reported
     * @param moved whether any open finding has changed, reported or not
     */
    record Changes(List<Finding> opened, List<Finding> updated, List<Finding> closed, boolean moved) {}

    private final Map<String, Map<String, Entry>> bySource = new HashMap<>();

    /**
     * Records one result.
     *
     * @param source what produced the result; findings that it does not repeat are about to close
     */
    Changes record(String source, Debounce debounce, List<Finding> findings, Instant now) {
        Map<String, Entry> entries = bySource.computeIfAbsent(source, first -> new LinkedHashMap<>());
        entries.values().forEach(Entry::miss);
        findings.forEach(finding -> entries.computeIfAbsent(finding.key(), first -> new Entry(finding, now))
                .add(finding));
        boolean moved = false;
        Changes changes = new Changes(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), false);
        for (Entry entry : entries.values()) {
            moved |= entry.settle(debounce, changes, now);
        }
        entries.values().removeIf(entry -> entry.expired(debounce));
        return new Changes(changes.opened(), changes.updated(), changes.closed(), moved);
    }

    /** The open findings, worst first. */
    List<Finding> open() {
        return bySource.values().stream()
                .flatMap(entries -> entries.values().stream())
                .filter(entry -> entry.open)
                .map(entry -> entry.finding)
                .sorted(WORST_FIRST)
                .toList();
    }

    /** Continues with a finding that was open when another replica, or an earlier monitor, watched the target. */
    void inherit(String source, Finding finding, Instant now) {
        Entry entry = new Entry(finding, finding.since() == null ? now : finding.since());
        entry.history = -1;
        entry.open = true;
        bySource.computeIfAbsent(source, first -> new LinkedHashMap<>()).put(finding.key(), entry);
    }

    /** Forgets the findings of all sources but these, and returns those of them that were open. */
    List<Finding> retain(Set<String> sources) {
        List<Finding> before = open();
        bySource.keySet().retainAll(sources);
        List<Finding> after = open();
        return before.stream().filter(finding -> !after.contains(finding)).toList();
    }

    private static final class Entry {
        private final Instant since;
        private Finding finding;
        private Finding reported;
        private Instant reportedAt;
        private int history;
        private boolean open;
        private boolean different;

        Entry(Finding first, Instant since) {
            this.finding = first;
            this.reported = first;
            this.reportedAt = since;
            this.since = since;
        }

        void miss() {
            history <<= 1;
            different = false;
        }

        void add(Finding found) {
            history |= 1;
            Finding dated = found.since(since);
            different = !dated.equals(finding);
            finding = dated;
        }

        /** Whether any open finding has changed. */
        boolean settle(Debounce debounce, Changes changes, Instant now) {
            boolean was = open;
            if (Integer.bitCount(history & mask(debounce.of())) >= debounce.times()) {
                open = true;
            } else if ((history & mask(debounce.times())) == 0) {
                open = false;
            }
            if (was && !open) {
                changes.closed().add(finding);
            } else if (open && !was) {
                changes.opened().add(report(now));
            } else if (open && different && reportable(now)) {
                changes.updated().add(report(now));
            }
            return open != was || (open && different);
        }

        private boolean reportable(Instant now) {
            return finding.status() != reported.status()
                    || finding.severity() != reported.severity()
                    || !finding.title().equals(reported.title())
                    || !now.isBefore(reportedAt.plus(UPDATE_INTERVAL));
        }

        private Finding report(Instant now) {
            reported = finding;
            reportedAt = now;
            return finding;
        }

        boolean expired(Debounce debounce) {
            return !open && (history & mask(debounce.of())) == 0;
        }

        private static int mask(int bits) {
            return (1 << bits) - 1;
        }
    }
}
