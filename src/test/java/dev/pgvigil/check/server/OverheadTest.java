package dev.pgvigil.check.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.capacity.Connections;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OverheadTest {

    private static final Overhead CHECK = new Overhead();
    private static final Target SHOP = Evaluating.target("shop");

    @ParameterizedTest
    @CsvSource({
        "0, 1, , ",
        "0.01, 1, , ",
        "0.0101, 1, overhead/budget, HEALTHY",
        "0.5, 1, overhead/budget, HEALTHY",
        "0.002, 1.25, overhead/stretch, HEALTHY",
        "0.002, 3.99, overhead/stretch, HEALTHY",
        "0.002, 4, overhead/stretch, DEGRADED",
        "0.002, 32, overhead/stretch, DEGRADED",
    })
    void reportsRatioAndStretch(double ratio, double stretch, @Nullable String key, @Nullable Status status) {
        List<Finding> findings = Evaluating.evaluate(CHECK, state(ratio, stretch, 0, 0), SHOP);

        if (key == null) {
            assertThat(findings).isEmpty();
        } else {
            assertThat(findings).extracting(Finding::key).containsExactly(key);
            assertThat(findings.getFirst().status()).isEqualTo(status);
        }
    }

    @Test
    void describesCostOfEachStatement() {
        Previous<ConnectionState> previous =
                new Previous<>(state(0.01, 1, 10, 5000), Evaluating.NOW.minusSeconds(10), Evaluating.NOW);

        List<Finding> findings = CHECK.evaluate(state(0.0234, 2.5, 10.5, 5100), previous, SHOP);

        assertThat(findings)
                .extracting(Finding::observed)
                .containsExactly(
                        "pgvigil's own statements and connects took 2.3 % of one backend's time in the last minute; since the previous observation 5 ms for "
                                + "each of 100 statements",
                        "Intervals are stretched by the factor 2.5; pgvigil's own statements take 2.3 % of one "
                                + "backend's time");
        assertThat(findings).extracting(Finding::threshold).contains("at most 1 %");
    }

    @Test
    void usesTheBudgetOfTheTarget() {
        Target generous = Evaluating.target("shop", Map.of("overhead.budget", 0.05, "overhead.stretch", 10.0));

        assertThat(Evaluating.evaluate(CHECK, state(0.04, 1, 0, 0), generous)).isEmpty();
        assertThat(Evaluating.one(CHECK, state(0.04, 8, 0, 0), generous).status())
                .isEqualTo(Status.HEALTHY);
    }

    @Test
    void exportsGaugesAndCounters() {
        List<RecordedMetrics.Figure> figures = RecordedMetrics.of(CHECK, state(0.02, 3, 12.5, 700));

        assertThat(RecordedMetrics.value(figures, "pgvigil_overhead_ratio")).isEqualTo(0.02);
        assertThat(RecordedMetrics.value(figures, "pgvigil_overhead_stretch_ratio"))
                .isEqualTo(3);
        assertThat(RecordedMetrics.value(figures, "pgvigil_overhead_seconds_total"))
                .isEqualTo(12.5);
        assertThat(RecordedMetrics.value(figures, "pgvigil_overhead_statements_total"))
                .isEqualTo(700);
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void sendsNoStatement(int major) {
        try (Collecting asking = Collecting.of(PgServer.shared(major), "postgres")) {
            asking.collect(new Connections());
            ConnectionState before = asking.collect(CHECK);
            ConnectionState after = asking.collect(CHECK);

            assertThat(before.statements()).isGreaterThanOrEqualTo(2);
            assertThat(before.statementSeconds()).isPositive();
            assertThat(after.statements()).isEqualTo(before.statements());
        }
    }

    private static ConnectionState state(double ratio, double stretch, double seconds, long statements) {
        return new ConnectionState(1, 0, 1, 0, 0, ratio, seconds, statements, stretch);
    }
}
