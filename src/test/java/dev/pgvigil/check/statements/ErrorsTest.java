package dev.pgvigil.check.statements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.statements.Errors.Counts;
import dev.pgvigil.check.statements.Errors.Database;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ErrorsTest {

    private static final Errors CHECK = new Errors();
    private static final Target SHOP = Evaluating.target("shop");

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsRollbacksUntilTransactionsCommitAgain(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("errors");
        Target target = Evaluating.target(database);
        try (Collecting collecting = Collecting.of(server, database);
                Connection client = server.jdbc(database);
                Statement statement = client.createStatement()) {
            Counts before = collecting.collect(CHECK);
            client.setAutoCommit(false);
            for (int i = 0; i < 300; i++) {
                statement.execute("select " + i);
                if (i % 10 == 0) {
                    client.rollback();
                } else {
                    client.commit();
                }
            }
            Counts after = await().atMost(Duration.ofSeconds(30))
                    .until(
                            () -> {
                                statement.execute("select 1");
                                client.commit();
                                return collecting.collect(CHECK);
                            },
                            seen -> !evaluate(seen, before, target).isEmpty());
            Finding found = evaluate(after, before, target).getFirst();

            assertThat(found.key()).isEqualTo("errors/rollbacks");
            assertThat(found.status()).isEqualTo(Status.DEGRADED);
            assertThat(evaluate(collecting.collect(CHECK), after, target)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "990, 9, ",
        "990, 10, HEALTHY",
        "1000, 10, ",
        "950, 49, HEALTHY",
        "950, 50, DEGRADED",
        "100, 99, ",
        "100, 100, DEGRADED",
    })
    void isAFindingFromTheThresholds(long commits, long rollbacks, @Nullable Status status) {
        List<Finding> found = evaluate(counts(5000 + commits, 70 + rollbacks, null), counts(5000, 70, null), SHOP);

        assertThat(found.stream().map(Finding::status).toList())
                .isEqualTo(status == null ? List.of() : List.of(status));
    }

    @Test
    void countsFromZeroAfterAReset() {
        OffsetDateTime reset = OffsetDateTime.parse("2026-03-01T11:59:00Z");

        assertThat(evaluate(counts(900, 100, reset), counts(9000, 90, null), SHOP))
                .hasSize(1);
        assertThat(evaluate(counts(900, 1, reset), counts(9000, 90, null), SHOP))
                .isEmpty();
        assertThat(evaluate(counts(900, 1, null), counts(9000, 90, null), SHOP)).isEmpty();
    }

    @Test
    void firstCollectionJudgesNothing() {
        assertThat(Evaluating.evaluate(CHECK, counts(1, 5000, null), SHOP)).isEmpty();
    }

    @Test
    void exportsCountersByDatabase() {
        assertThat(RecordedMetrics.value(
                        RecordedMetrics.of(CHECK, counts(7, 3, null)),
                        "pgvigil_stat_database_xact_rollback_total",
                        "datname",
                        "shop"))
                .isEqualTo(3);
    }

    private static Counts counts(long commits, long rollbacks, @Nullable OffsetDateTime reset) {
        return new Counts(List.of(new Database("shop", reset, commits, rollbacks)));
    }

    private static List<Finding> evaluate(Counts now, Counts before, Target target) {
        Previous<Counts> previous = new Previous<>(before, Evaluating.NOW.minusSeconds(60), Evaluating.NOW);
        List<Finding> findings = CHECK.evaluate(now, previous, target);
        findings.forEach(finding -> Evaluating.complete(CHECK, finding));
        return findings;
    }
}
