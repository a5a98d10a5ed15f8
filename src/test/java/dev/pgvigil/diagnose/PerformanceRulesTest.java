package dev.pgvigil.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.diagnose.PerformanceView.QueryResult;
import dev.pgvigil.diagnose.PerformanceView.Rating;
import dev.pgvigil.diagnose.PerformanceView.Times;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PerformanceRulesTest {

    @ParameterizedTest
    @CsvSource({
        "100, 10, 50, true, EXCELLENT",
        "100, 10, 50, false, FAIR",
        "99, 10, 50, true, GOOD",
        "100, 10.1, 50, true, GOOD",
        "100, 10, 50.1, true, GOOD",
        "100, 100, 200, true, GOOD",
        "98, 10, 50, true, FAIR",
        "100, 100.1, 50, true, FAIR",
        "95, 1000, 1000, true, FAIR",
        "94, 10, 50, true, POOR",
        "100, 1000.1, 50, true, POOR",
        "100, 10, 1000.1, true, POOR"
    })
    void ratesBySuccessRateP95AndConnectTime(
            int succeeded, double p95, double connect, boolean complete, Rating rating) {
        Times times = new Times(100, succeeded, p95, p95, p95, p95);
        QueryResult query = new QueryResult("select 1", times, succeeded / 100.0, 1L, null, null);
        PerformanceRules rules =
                new PerformanceRules(new Times(3, 3, connect, connect, connect, connect), List.of(query), complete);
        assertThat(rules.rating()).isEqualTo(rating);
    }

    @Test
    void computesStatisticsOfRuns() {
        Measurements runs = new Measurements();
        for (int i = 1; i <= 20; i++) {
            runs.succeeded(Duration.ofMillis(i), i);
        }
        assertThat(runs.times()).isEqualTo(new Times(20, 20, 10.5, 1.0, 20.0, 19.0));
        assertThat(runs.rows()).isEqualTo(20);
    }

    @Test
    void withoutSuccessThereAreNoTimes() {
        Measurements none = new Measurements();
        assertThat(none.times()).isEqualTo(new Times(0, 0, null, null, null, null));
        assertThat(none.successRate()).isZero();
    }
}
