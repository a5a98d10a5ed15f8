package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectionBudgetTest {

    @Test
    void allowsFiveOrdinaryAndThreeEmergencyConnections() {
        ConnectionBudget budget = new ConnectionBudget();
        List<ConnectionBudget.Permit> permits = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            permits.add(budget.take(false));
        }
        assertThat(permits).doesNotContainNull();
        assertThat(budget.take(false)).isNull();
        for (int i = 0; i < 3; i++) {
            assertThat(budget.take(true)).isNotNull();
        }
        assertThat(budget.take(true)).isNull();
        assertThat(budget.open()).isEqualTo(8);
        permits.getFirst().release();
        permits.getFirst().release();
        assertThat(budget.open()).isEqualTo(7);
        assertThat(budget.take(false)).isNotNull();
        assertThat(budget.take(false)).isNull();
    }
}
