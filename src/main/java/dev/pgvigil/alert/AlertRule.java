package dev.pgvigil.alert;

import dev.pgvigil.check.Severity;
import java.time.Duration;

/**
 * When a finding becomes an alert, and when that is over.
 *
 * @param alerts false: it never becomes one
 * @param after how long the finding must be open before its alert fires
 * @param keep how long the finding must be closed before its alert is resolved
 */
record AlertRule(boolean alerts, Duration after, Duration keep) {

    private static final AlertRule URGENT = new AlertRule(Duration.ZERO, Duration.ofMinutes(1));
    private static final AlertRule HIGH = new AlertRule(Duration.ofSeconds(30), Duration.ofMinutes(1));
    private static final AlertRule OTHER = new AlertRule(Duration.ofMinutes(5), Duration.ofMinutes(5));

    AlertRule {
        if (after.isNegative() || keep.isNegative()) {
            throw new IllegalArgumentException("the times of a rule cannot be negative");
        }
    }

    AlertRule(Duration after, Duration keep) {
        this(true, after, keep);
    }

    /** The rule where none is configured. Checks confirm their findings themselves, so that a critical one fires at once. */
    static AlertRule of(Severity severity) {
        return switch (severity) {
            case CRITICAL -> URGENT;
            case HIGH -> HIGH;
            case MEDIUM, LOW -> OTHER;
        };
    }
}
