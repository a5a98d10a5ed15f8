package dev.pgvigil.slo;

import dev.pgvigil.check.Severity;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The time over which a budget is counted. The factor of a rule is the share of the budget it may use, times this window, over the
 * rule's long window: 2 % of 30 days in one hour is 14.4. A week needs larger shares, because a fiftieth of its budget is soon gone.
 */
enum BudgetWindow {
    D7(7, 0.08, 0.125, 0.20, 0.42),
    D28(28, 0.02, 0.05, 0.10, 0.10),
    D30(30, 0.02, 0.05, 0.10, 0.10);

    private final int days;

    @SuppressWarnings("ImmutableEnumChecker") // List.of, of records
    private final List<BurnRule> rules;

    BudgetWindow(int days, double fastPage, double slowPage, double fastTicket, double slowTicket) {
        this.days = days;
        this.rules = List.of(
                rule(Span.H1, Span.M5, fastPage, Severity.CRITICAL, true),
                rule(Span.H6, Span.M30, slowPage, Severity.HIGH, true),
                rule(Span.D1, Span.H2, fastTicket, Severity.MEDIUM, false),
                rule(Span.D3, Span.H6, slowTicket, Severity.LOW, false));
    }

    private BurnRule rule(Span longWindow, Span shortWindow, double budget, Severity severity, boolean page) {
        double factor = budget * seconds() / longWindow.seconds();
        return new BurnRule(longWindow, shortWindow, budget, factor, severity, page);
    }

    static @Nullable BudgetWindow of(Duration duration) {
        return Arrays.stream(values())
                .filter(window -> duration.equals(Duration.ofDays(window.days)))
                .findFirst()
                .orElse(null);
    }

    /** The rules, the most urgent first. */
    List<BurnRule> rules() {
        return rules;
    }

    int days() {
        return days;
    }

    long seconds() {
        return days * 86_400L;
    }

    /** {@code 30d}. */
    @Override
    public String toString() {
        return days + "d";
    }
}
