package dev.pgvigil.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pgvigil.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A month in which every second is known: budgets, and the times of pages, against arithmetic. */
class SimulatedMonthTest {

    private static final long BEGIN = 1_700_006_400L;
    private static final long DAY = 86_400;
    private static final Slo SLO = SampleSlos.availability(0.999, BudgetWindow.D30);
    private static final Target SHOP = SampleSlos.target("shop");

    /** 0.1 % of 30 days. */
    private static final double BUDGET = 2592;

    /** A stretch of bad seconds, or of seconds in which pgvigil did not run. */
    private record Stretch(long begin, long length, boolean gap) {

        boolean covers(long second) {
            return second >= begin && second < begin + length;
        }
    }

    private final Objective objective = new Objective(SLO.measured(), SLO.window());
    private final List<Long> pages = new ArrayList<>();
    private final List<Long> pagesEnded = new ArrayList<>();
    private final List<Long> uncovered = new ArrayList<>();
    private @Nullable Long exhausted;
    private @Nullable ObjectiveStatus last;

    private ObjectiveStatus run(long from, long until, Stretch... stretches) {
        for (long second = from; second < until; second++) {
            long now = second;
            Predicate<Stretch> covers = stretch -> stretch.covers(now);
            Stretch found =
                    List.of(stretches).stream().filter(covers).findFirst().orElse(null);
            if (found == null || !found.gap()) {
                observe(second, found == null ? Second.GOOD : Second.BAD);
            }
        }
        if (last == null) {
            throw new AssertionError("nothing was observed");
        }
        return last;
    }

    private void observe(long second, Second what) {
        ObjectiveStatus before = last;
        ObjectiveStatus status = objective.record(SLO, SHOP, second, what, false);
        boolean paged = before != null && before.pages();
        if (status.pages() && !paged) {
            pages.add(second);
        }
        if (!status.pages() && paged) {
            pagesEnded.add(second);
        }
        if (status.state().uncovered() && (before == null || !before.state().uncovered())) {
            uncovered.add(second);
        }
        if (status.state().exhausted() && exhausted == null) {
            exhausted = second;
        }
        last = status;
    }

    @Test
    void pagesAndBudgetOfAMonthAgreeWithArithmetic() {
        long minute = BEGIN + 3 * DAY;
        long halfHour = BEGIN + 10 * DAY;
        long gap = BEGIN + 15 * DAY;
        long quarter = BEGIN + 20 * DAY;

        ObjectiveStatus end = run(
                BEGIN,
                BEGIN + 30 * DAY,
                new Stretch(minute, 60, false),
                new Stretch(halfHour, 1800, false),
                new Stretch(gap, 7200, true),
                new Stretch(quarter, 780, false));

        // 14.4 times 0.1 % of an hour is 51.84 s: the 52nd bad second pages
        assertThat(pages).containsExactly(minute + 51, halfHour + 51, quarter + 51);
        // the page over an hour ends when less than 0.9 * 14.4 * 0.1 % of five minutes, 3.9 s, was bad; up to a bucket
        // of 15 s
        assertThat(pagesEnded.getFirst()).isCloseTo(minute + 60 + 300 - 4, within(15L));
        // after 30 min of outage that over six hours follows: 0.9 * 6 * 0.1 % of 30 min is 9.7 s
        assertThat(pagesEnded.get(1)).isCloseTo(halfHour + 1800 + 1800 - 10, within(15L));
        // 60 s + 1800 s are gone; the 732nd bad second of the last outage is the last of the budget
        assertThat(exhausted).isEqualTo(quarter + (long) BUDGET - 1860 - 1);
        assertThat(end.burn().remaining()).isEqualTo(1 - 2640 / BUDGET, within(1e-9));
        assertThat(end.burn().counts().bad()).isEqualTo(2640, within(1e-6));
        // a gap is unknown, and told when pgvigil runs again
        assertThat(end.unknown()).isEqualTo(7200, within(1e-6));
        assertThat(uncovered).containsExactly(gap + 7200);
        assertThat(end.totals()).isEqualTo(new Totals(30 * DAY - 7200 - 2640, 2640, 7200, 0));
    }

    @Test
    void gapNeitherRaisesTheRateNorEndsAPage() {
        run(BEGIN, BEGIN + 7200, new Stretch(BEGIN + 7000, 200, false));
        assertThat(pages).hasSize(1);

        ObjectiveStatus after = run(BEGIN + 7200 + 900, BEGIN + 7200 + 901);

        assertThat(after.burn().rate(Span.H1)).isLessThanOrEqualTo(200 / 3.6 + 1e-9);
        assertThat(after.burn().rate(Span.M5)).isZero();
        assertThat(after.pages()).as("frozen while too little is known").isTrue();
        run(BEGIN + 7200 + 901, BEGIN + 7200 + 901 + 2400);
        assertThat(pagesEnded).hasSize(1);
    }

    @Test
    void slowBurnIsATicketWithoutAPage() {
        ObjectiveStatus status = null;
        // two bad seconds every 15 minutes: 2.2 times what lasts
        for (long second = BEGIN; second < BEGIN + 4 * DAY; second++) {
            status = objective.record(SLO, SHOP, second, second % 900 < 2 ? Second.BAD : Second.GOOD, false);
            assertThat(status.pages()).isFalse();
        }

        assertThat(status).isNotNull();
        assertThat(status.burn().rate(Span.D3)).isEqualTo(2 / 0.9, within(0.02));
        assertThat(status.text()).isEqualTo("ticket");
        assertThat(status.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.key()).isEqualTo("slo/availability/burn");
            assertThat(finding.observed()).contains("over 3d");
        });
        double left = status.burn().remaining() * 30 * DAY / status.burn().rate(Span.H1);
        assertThat(status.burn().exhaustedIn(SLO)).isEqualTo(left, within(1e-6));
    }

    @Test
    void maintenanceCountsOnlyInTheRawBudget() {
        for (long second = BEGIN; second < BEGIN + 7200; second++) {
            boolean maintenance = second >= BEGIN + 3600 && second < BEGIN + 5400;
            last = objective.record(SLO, SHOP, second, maintenance ? Second.BAD : Second.GOOD, maintenance);
            assertThat(last.findings()).isEmpty();
        }

        assertThat(last).isNotNull();
        assertThat(last.burn().remaining()).isEqualTo(1);
        assertThat(last.burn().rawRemaining()).isEqualTo(1 - 1800 / BUDGET, within(1e-9));
        assertThat(last.burn().coverage(Span.H1)).isEqualTo(1);
        assertThat(last.totals().excluded()).isEqualTo(1800);
    }
}
