package dev.pgvigil.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Status;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class ComponentHistoryTest {

    private static final Instant START = Instant.parse("2026-03-01T23:59:00Z");
    private static final LocalDate FIRST = LocalDate.parse("2026-03-01");

    private final ComponentHistory history = new ComponentHistory();
    private Instant now = START;

    private void observe(Status status, int seconds) {
        for (int i = 0; i < seconds; i++) {
            now = now.plusSeconds(1);
            history.add(status, now);
        }
    }

    @Test
    void countsSecondsByDayOfUtcAndStatus() {
        history.add(Status.HEALTHY, now);
        observe(Status.HEALTHY, 30);
        observe(Status.UNHEALTHY, 10);
        observe(Status.UNKNOWN, 20);
        observe(Status.DEGRADED, 60);

        ComponentHistory.Day first = history.days(FIRST.plusDays(1)).get(ComponentHistory.DAYS - 2);
        ComponentHistory.Day second = history.days(FIRST.plusDays(1)).getLast();
        assertThat(first).isEqualTo(new ComponentHistory.Day(FIRST, 30, 0, 10));
        assertThat(second).isEqualTo(new ComponentHistory.Day(FIRST.plusDays(1), 0, 60, 0));
        assertThat(first.uptime()).isEqualTo(0.75);
    }

    @Test
    void timeInWhichNothingWasObservedIsNotKnown() {
        history.add(Status.HEALTHY, now);
        now = now.plusSeconds(31);
        history.add(Status.HEALTHY, now);

        assertThat(history.days(FIRST).getLast().known()).isZero();
    }

    @Test
    void incidentBeginsAndEndsAfterAMinuteAndUnknownDoesNeither() {
        observe(Status.UNHEALTHY, 59);
        observe(Status.HEALTHY, 1);
        assertThat(history.incidents()).isEmpty();
        Instant begin = now.plusSeconds(1);
        observe(Status.UNHEALTHY, 61);
        observe(Status.UNKNOWN, 600);
        assertThat(history.incidents()).containsExactly(new ComponentHistory.Incident(begin, null));
        Instant end = now.plusSeconds(1);
        observe(Status.DEGRADED, 61);

        assertThat(history.incidents()).containsExactly(new ComponentHistory.Incident(begin, end));
    }

    @Test
    void keeps90Days() {
        for (int day = 0; day < 100; day++) {
            observe(Status.HEALTHY, 2);
            now = now.plusSeconds(86_398); // with what was observed, a day
        }

        assertThat(history.kept().days()).hasSize(ComponentHistory.DAYS);
        assertThat(history.days(FIRST)).hasSize(ComponentHistory.DAYS);
    }

    @Test
    void restoredHistoryGoesOn() {
        observe(Status.UNHEALTHY, 61);
        ComponentHistory next = new ComponentHistory();
        next.restore(history.kept());
        for (int i = 0; i < 62; i++) {
            now = now.plusSeconds(1);
            next.add(Status.HEALTHY, now);
        }

        assertThat(next.incidents())
                .singleElement()
                .satisfies(one -> assertThat(one.end()).isEqualTo(now.minusSeconds(61)));
        assertThat(next.kept().days().stream()
                        .mapToDouble(ComponentHistory.Day::unhealthy)
                        .sum())
                .isEqualTo(60);
    }
}
