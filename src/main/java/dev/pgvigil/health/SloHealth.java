package dev.pgvigil.health;

import dev.pgvigil.slo.BurnSummary;
import dev.pgvigil.slo.SloMonitor;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** The group {@code slo}: DOWN while the error budget of any objective burns at page rate. From memory. */
@Singleton
final class SloHealth {

    /** Its name; no configured group can have it. */
    static final String GROUP = "slo";

    private static final int NAMED = 10;

    private final SloMonitor objectives;

    SloHealth(SloMonitor objectives) {
        this.objectives = objectives;
    }

    /** The group; null: no objective is configured. */
    @Nullable
    HealthCheckResult evaluate(String check) {
        BurnSummary burning = objectives.burning();
        return burning.objectives() == 0 ? null : of(check, burning);
    }

    static HealthCheckResult of(String check, BurnSummary burning) {
        Data data = new Data()
                .number("objectives", burning.objectives())
                .number("burning", burning.pages().size())
                .number("exhausted", burning.exhausted())
                .number("uncovered", burning.uncovered())
                .number("least_budget_remaining_percent", Math.round(burning.remaining() * 100));
        for (int i = 0; i < Math.min(NAMED, burning.pages().size()); i++) {
            data.text("burning." + (i + 1), burning.pages().get(i));
        }
        return HealthCheckResult.of(check, burning.pages().isEmpty(), data);
    }
}
