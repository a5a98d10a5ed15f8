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

/**
 * The findings of one target: which are in force, given the evidence that each needs, and since when. Not safe for several
 * threads.
 */
final class FindingTracker {

    private static final Comparator<Finding> WORST_FIRST = comparing(Finding::status)
            .thenComparing(Finding::severity)
            .reversed()
            .thenComparing(Finding::key);

    /** Figures move at every look; that often nobody needs to be told of them. */
    private static final Duration TELL_AGAIN = Duration.ofSeconds(5);

    /**
     * Says what a judgement changed.
     *
     * @param updated those in force whose change is worth telling
     * @param moved whether anything in force is different, worth telling or not
     */
    record Turn(List<Finding> opened, List<Finding> updated, List<Finding> closed, boolean moved) {}

    private final Map<String, Map<String, Entry>> bySource = new HashMap<>();

    /**
     * Records one judgement.
     *
     * @param source what judged; a finding that it does not repeat is on its way out
     */
    Turn record(String source, Debounce debounce, List<Finding> judged, Instant now) {
        Map<String, Entry> entries = bySource.computeIfAbsent(source, first -> new LinkedHashMap<>());
        entries.values().forEach(Entry::miss);
        judged.forEach(finding -> entries.computeIfAbsent(finding.key(), first -> new Entry(finding, now))
                .see(finding));
        boolean moved = false;
        Turn turn = new Turn(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), false);
        for (Entry entry : entries.values()) {
            moved |= entry.settle(debounce, turn, now);
        }
        entries.values().removeIf(entry -> entry.gone(debounce));
        return new Turn(turn.opened(), turn.updated(), turn.closed(), moved);
    }

    /** The findings in force, worst first. */
    List<Finding> open() {
        return bySource.values().stream()
                .flatMap(entries -> entries.values().stream())
                .filter(entry -> entry.open)
                .map(entry -> entry.finding)
                .sorted(WORST_FIRST)
                .toList();
    }

    /** Forgets what sources other than these have recorded, and returns what of it was in force. */
    List<Finding> retain(Set<String> sources) {
        List<Finding> before = open();
        bySource.keySet().retainAll(sources);
        List<Finding> after = open();
        return before.stream().filter(finding -> !after.contains(finding)).toList();
    }

    private static final class Entry {
        private final Instant since;
        private Finding finding;
        private Finding told;
        private Instant toldAt;
        private int history;
        private boolean open;
        private boolean different;

        Entry(Finding first, Instant since) {
            this.finding = first;
            this.told = first;
            this.toldAt = since;
            this.since = since;
        }

        void miss() {
            history <<= 1;
            different = false;
        }

        void see(Finding seen) {
            history |= 1;
            Finding dated = seen.since(since);
            different = !dated.equals(finding);
            finding = dated;
        }

        /** Whether anything in force is different now. */
        boolean settle(Debounce debounce, Turn turn, Instant now) {
            boolean was = open;
            if (Integer.bitCount(history & mask(debounce.of())) >= debounce.times()) {
                open = true;
            } else if ((history & mask(debounce.times())) == 0) {
                open = false;
            }
            if (was && !open) {
                turn.closed().add(finding);
            } else if (open && !was) {
                turn.opened().add(tell(now));
            } else if (open && different && worthTelling(now)) {
                turn.updated().add(tell(now));
            }
            return open != was || (open && different);
        }

        private boolean worthTelling(Instant now) {
            return finding.status() != told.status()
                    || finding.severity() != told.severity()
                    || !finding.title().equals(told.title())
                    || !now.isBefore(toldAt.plus(TELL_AGAIN));
        }

        private Finding tell(Instant now) {
            told = finding;
            toldAt = now;
            return finding;
        }

        boolean gone(Debounce debounce) {
            return !open && (history & mask(debounce.of())) == 0;
        }

        private static int mask(int bits) {
            return (1 << bits) - 1;
        }
    }
}
