package dev.pgvigil.health;

import dev.pgvigil.slo.BurnSummary;
import dev.pgvigil.slo.SloMonitor;
import dev.pgvigil.slo.TargetBurn;
import jakarta.inject.Singleton;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The group {@code slo}: DOWN while the error budget of any objective burns at page rate. From memory. */
@Singleton
final class SloHealth implements BuiltInGroup {

    static final String GROUP = "slo";

    private final SloMonitor objectives;

    SloHealth(SloMonitor objectives) {
        this.objectives = objectives;
    }

    @Override
    public String group() {
        return GROUP;
    }

    @Override
    public @Nullable HealthCheckResult evaluate(String check) {
        BurnSummary burning = objectives.burning();
        return burning.objectives() == 0 ? null : of(check, burning);
    }

    /** How urgently the budgets of each target burn, by its name. */
    Map<String, TargetBurn> burns() {
        return objectives.burns();
    }

    static HealthCheckResult of(String check, BurnSummary burning) {
        Data data = new Data()
                .number("objectives", burning.objectives())
                .number("burning", burning.pages().size())
                .number("exhausted", burning.exhausted())
                .number("uncovered", burning.uncovered())
                .number("least_budget_remaining_percent", Math.round(burning.remaining() * 100))
                .texts("burning", burning.pages());
        return HealthCheckResult.of(check, burning.pages().isEmpty(), data);
    }
}
