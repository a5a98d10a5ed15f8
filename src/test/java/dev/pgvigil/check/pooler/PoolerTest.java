package dev.pgvigil.check.pooler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.pooler.Pooler.Database;
import dev.pgvigil.check.pooler.Pooler.Pool;
import dev.pgvigil.check.pooler.Pooler.State;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgBouncer;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.Tools;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolerTest {

    private static final Pooler CHECK = new Pooler();
    private static final Target SHOP = Evaluating.target("shop");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Nested
    class Evaluates {

        @ParameterizedTest
        @CsvSource({
            "0, 60, , ",
            "1, 1.9, , ",
            "1, 2, DEGRADED, HIGH",
            "9, 29.9, DEGRADED, HIGH",
            "9, 30, UNHEALTHY, CRITICAL",
        })
        void reportsClientsThatWait(
                long waiting, double seconds, @Nullable Status status, @Nullable Severity severity) {
            List<Finding> found =
                    Evaluating.evaluate(CHECK, state(pool(waiting, 5, seconds), database(false, 0)), SHOP);

            assertThat(found).extracting(Finding::status).isEqualTo(status == null ? List.of() : List.of(status));
            assertThat(found).extracting(Finding::severity).isEqualTo(severity == null ? List.of() : List.of(severity));
        }

        @Test
        void namesWhyClientsWait() {
            assertThat(Evaluating.one(CHECK, state(pool(1, 5, 9), database(false, 0)), SHOP)
                            .cause())
                    .contains("in use (5)");
            assertThat(Evaluating.one(CHECK, state(pool(1, 0, 9), database(false, 0)), SHOP)
                            .cause())
                    .contains("No server connection");
            assertThat(Evaluating.one(CHECK, state(pool(1, 0, 9), database(true, 0)), SHOP)
                            .key())
                    .isEqualTo("pooler/paused");
        }

        @ParameterizedTest
        @CsvSource({"0.49, 0", "0.5, 1"})
        void reportsAverageWait(double seconds, int findings) {
            assertThat(Evaluating.evaluate(CHECK, state(pool(0, 1, 0), database(false, seconds)), SHOP))
                    .hasSize(findings)
                    .allMatch(found -> found.key().equals("pooler/average-wait"));
        }

        private static State state(Pool pool, Database database) {
            return new State(true, null, List.of(pool), List.of(database));
        }

        private static Pool pool(long waiting, long active, double seconds) {
            return new Pool("shop", "app", "transaction", 7, waiting, active, 0, 0, seconds);
        }

        private static Database database(boolean paused, double wait) {
            return new Database("shop", 5, 5, paused, false, wait, 10, 100);
        }
    }

    @Test
    void saysNothingWithoutPooler() {
        try (Collecting asking = Collecting.of(PgServer.shared(PgServer.majors().getLast()), "postgres")) {
            State now = asking.collect(CHECK);
            assertThat(now.configured()).isFalse();
            assertThat(Evaluating.evaluate(CHECK, now, SHOP)).isEmpty();
            assertThat(RecordedMetrics.of(CHECK, now)).isEmpty();
        }
    }

    @Test
    void reportsWaitsPausesAndLossOfPgBouncer() throws Exception {
        Tools.assume(PgBouncer.PROGRAM);
        Target hasty = Evaluating.target("shop", Map.of("pooler.wait", 0.3));
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        String name = server.newDatabase("shop");
        try (PgBouncer pooler = PgBouncer.before(server, name, 1);
                Collecting asking = Collecting.of(server.server().behind(pooler.console("stats")), name);
                Connection first = pooler.jdbc(name);
                Connection second = pooler.jdbc(name)) {
            first.setAutoCommit(false);
            execute(first, "select 1");
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), hasty)).isEmpty();

            Thread waits = Thread.ofVirtual().start(() -> {
                try {
                    execute(second, "select 2");
                } catch (SQLException e) {
                    // PgBouncer ends.
                }
            });
            await().atMost(PATIENCE).untilAsserted(() -> {
                State now = asking.collect(CHECK);
                Finding found = Evaluating.one(CHECK, now, hasty);
                assertThat(found.key()).isEqualTo("pooler/waiting");
                assertThat(found.cause()).contains("in use (1)");
                assertThat(now.databases())
                        .singleElement()
                        .satisfies(one -> assertThat(one.poolSize()).isEqualTo(1));
                assertThat(RecordedMetrics.value(
                                RecordedMetrics.of(CHECK, now),
                                "pgvigil_pooler_clients_waiting",
                                "pool",
                                name,
                                "pool_user",
                                "postgres"))
                        .isEqualTo(1);
            });
            first.rollback();
            waits.join(PATIENCE);
            await().atMost(PATIENCE)
                    .until(() -> Evaluating.evaluate(CHECK, asking.collect(CHECK), hasty)
                            .isEmpty());

            try (Collecting admin = Collecting.of(server.server().behind(pooler.console("postgres")), name)) {
                command(admin, "PAUSE " + name);
                Finding found = Evaluating.one(CHECK, asking.collect(CHECK), SHOP);
                assertThat(found.key()).isEqualTo("pooler/paused");
                command(admin, String.valueOf(found.sql()));
                assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), SHOP))
                        .isEmpty();
            }
            pooler.stop();
            assertThat(Evaluating.one(CHECK, asking.collect(CHECK), SHOP).key()).isEqualTo("pooler/unreachable");
            pooler.start();
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), SHOP)).isEmpty();
        }
    }

    private static void command(Collecting admin, String command) {
        admin.ask(session -> session.pooler(console -> console.rows(command, row -> row)));
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
