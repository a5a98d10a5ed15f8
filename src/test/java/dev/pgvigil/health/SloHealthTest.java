package dev.pgvigil.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.slo.BurnSummary;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SloHealthTest {

    @Test
    void isDownWhileABudgetBurnsAtPageRate() {
        HealthCheckResult result =
                SloHealth.of("slo", new BurnSummary(3, List.of("availability of shop"), 0, 1, 0.976));

        assertThat(result.up()).isFalse();
        assertThat(result.data().entries())
                .containsEntry("objectives", 3L)
                .containsEntry("burning", 1L)
                .containsEntry("burning.1", "availability of shop")
                .containsEntry("uncovered", 1L)
                .containsEntry("least_budget_remaining_percent", 98L);
    }

    @Test
    void isUpWithoutAPageEvenIfABudgetIsExhausted() {
        HealthCheckResult result = SloHealth.of("slo", new BurnSummary(3, List.of(), 1, 0, -0.2));

        assertThat(result.up()).isTrue();
        assertThat(result.data().entries()).containsEntry("exhausted", 1L);
    }

    @Test
    void namesAtMostTen() {
        HealthCheckResult result =
                SloHealth.of("slo", new BurnSummary(500, Collections.nCopies(400, "availability of shop"), 0, 0, 0));

        assertThat(result.data().entries()).hasSize(15).containsEntry("burning", 400L);
    }
}
