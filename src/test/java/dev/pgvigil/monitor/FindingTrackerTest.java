package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FindingTrackerTest {

    private static final Instant START = Instant.parse("2026-03-29T00:59:59Z");
    private static final Debounce TWO_OF_THREE = new Debounce(2, 3);

    private final FindingTracker tracker = new FindingTracker();

    @Test
    void opensAfterOneResultWhenDebounceAllowsIt() {
        FindingTracker.Changes turn = tracker.record("c", Debounce.AT_ONCE, List.of(finding("a")), START);
        assertThat(turn.opened()).extracting(Finding::key).containsExactly("c/a");
        assertThat(tracker.record("c", Debounce.AT_ONCE, List.of(), START.plusSeconds(1))
                        .closed())
                .extracting(Finding::key)
                .containsExactly("c/a");
        assertThat(tracker.open()).isEmpty();
    }

    @Test
    void opensAfterTwoOfThreeAndClosesAfterTwoInARow() {
        assertThat(opens("x.x")).as("seen, missed, seen again").isEqualTo("..o");
        assertThat(opens("xx.xx..")).as("one miss does not close").isEqualTo(".ooooo.");
        assertThat(opens("x..x..x")).as("never two of three").isEqualTo(".......");
        assertThat(opens("xxx.x.x..")).as("alternating stays open").isEqualTo(".ooooooo.");
    }

    @Test
    void sinceIsFirstOccurrenceAndRestartsAfterClose() {
        tracker.record("c", TWO_OF_THREE, List.of(finding("a")), START);
        tracker.record("c", TWO_OF_THREE, List.of(finding("a")), START.plusSeconds(1));
        assertThat(tracker.open()).extracting(Finding::since).containsExactly(START);
        for (int i = 2; i < 6; i++) {
            tracker.record("c", TWO_OF_THREE, List.of(), START.plusSeconds(i));
        }
        tracker.record("c", Debounce.AT_ONCE, List.of(finding("a")), START.plusSeconds(9));
        assertThat(tracker.open()).extracting(Finding::since).containsExactly(START.plusSeconds(9));
    }

    @Test
    void limitsUpdateEventsWhenFiguresChange() {
        tracker.record("c", Debounce.AT_ONCE, List.of(finding("a")), START);
        FindingTracker.Changes soon =
                tracker.record("c", Debounce.AT_ONCE, List.of(observed("a", "2 s")), START.plusMillis(500));
        assertThat(soon.updated()).isEmpty();
        assertThat(soon.moved()).isTrue();
        assertThat(tracker.open()).extracting(Finding::observed).containsExactly("2 s");
        FindingTracker.Changes later =
                tracker.record("c", Debounce.AT_ONCE, List.of(observed("a", "7 s")), START.plusSeconds(6));
        assertThat(later.updated()).hasSize(1);
    }

    @Test
    void reportsStatusChangeImmediately() {
        tracker.record("c", Debounce.AT_ONCE, List.of(finding("a")), START);
        Finding worse = Finding.of("c", "a", Status.UNHEALTHY, Severity.CRITICAL, "title", "seen");
        assertThat(tracker.record("c", Debounce.AT_ONCE, List.of(worse), START.plusMillis(1))
                        .updated())
                .hasSize(1);
    }

    @Test
    void doesNotCloseFindingsOfOtherSources() {
        tracker.record("c", Debounce.AT_ONCE, List.of(finding("a")), START);
        tracker.record("d", Debounce.AT_ONCE, List.of(), START);
        assertThat(tracker.open()).hasSize(1);
        tracker.retain(Set.of("d"));
        assertThat(tracker.open()).isEmpty();
    }

    @Test
    void ordersFindingsWorstFirst() {
        Finding critical = Finding.of("c", "z", Status.UNHEALTHY, Severity.CRITICAL, "title", "seen");
        tracker.record("c", Debounce.AT_ONCE, List.of(finding("a"), critical, finding("b")), START);
        assertThat(tracker.open()).extracting(Finding::key).containsExactly("c/z", "c/a", "c/b");
    }

    private static String opens(String sightings) {
        FindingTracker tracker = new FindingTracker();
        StringBuilder open = new StringBuilder();
        for (int i = 0; i < sightings.length(); i++) {
            List<Finding> seen = sightings.charAt(i) == 'x' ? List.of(finding("a")) : List.of();
            tracker.record("c", TWO_OF_THREE, seen, START.plusSeconds(i));
            open.append(tracker.open().isEmpty() ? '.' : 'o');
        }
        return open.toString();
    }

    private static Finding finding(String key) {
        return observed(key, "seen");
    }

    private static Finding observed(String key, String observed) {
        return Finding.of("c", key, Status.DEGRADED, Severity.LOW, "title", observed);
    }
}
