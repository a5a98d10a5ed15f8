package dev.pgvigil.check.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Lifecycle.Reset;
import dev.pgvigil.check.server.Lifecycle.State;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LifecycleTest {

    private static final Lifecycle CHECK = new Lifecycle();

    @ParameterizedTest
    @CsvSource({
        "601, , , ",
        "600, , , lifecycle/restarted",
        "5000, 600, , lifecycle/promoted",
        "5000, 600.1, , ",
        "5000, , 600, lifecycle/statistics-reset",
        "5000, , 601, ",
    })
    void reportsWhatHappenedWithinTenMinutes(
            double up, @Nullable Double promoted, @Nullable Double reset, @Nullable String key) {
        State state = new State(up, Role.PRIMARY, 2, promoted, reset == null ? null : new Reset("shop", reset, 1));
        List<Finding> findings = Evaluating.evaluate(CHECK, state, Evaluating.target("shop"));

        assertThat(findings).extracting(Finding::key).isEqualTo(key == null ? List.of() : List.of(key));
        assertThat(findings).allMatch(finding -> finding.status() == Status.HEALTHY);
    }

    @Test
    void namesTheNumberOfDatabasesThatWereReset() {
        State state = new State(5000, Role.PRIMARY, 1, null, new Reset("shop", 60, 3));
        assertThat(Evaluating.one(CHECK, state, Evaluating.target("shop")).observed())
                .isEqualTo("the statistics of database shop and of 2 more were reset 60 s ago");
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void noticesResetOfStatistics(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("reset");
        server.sqlIn(database, "select pg_stat_reset()");
        try (Collecting collecting = Collecting.of(server, database)) {
            await().until(() ->
                    server.value("select stats_reset from pg_stat_database where datname = '" + database + "'")
                            != null);
            assertThat(collecting.collect(CHECK).reset()).isNull();
            server.sqlIn(database, "select pg_stat_reset()");
            State state = await().atMost(Duration.ofSeconds(20))
                    .until(() -> collecting.collect(CHECK), seen -> seen.reset() != null);
            assertThat(String.valueOf(state.reset())).contains(database);
            assertThat(state.promotedSecondsAgo()).isNull();
            assertThat(state.upSeconds()).isPositive();
        }
    }

    @Test
    void noticesPromotion() {
        PgServer started = PgServer.start(PgServer.majors().getLast());
        started.server(); // creates the role, which the standby then has
        try (PgServer primary = started;
                PgServer standby = primary.standby();
                Collecting collecting = Collecting.of(standby, "postgres")) {
            State before = collecting.collect(CHECK);
            assertThat(before.role()).isEqualTo(Role.REPLICA);
            assertThat(before.promotedSecondsAgo()).isNull();
            standby.promote();
            State after = collecting.collect(CHECK);
            assertThat(after.role()).isEqualTo(Role.PRIMARY);
            assertThat(after.promotedSecondsAgo()).isNotNull();
            assertThat(after.upSeconds()).isGreaterThanOrEqualTo(before.upSeconds());
        }
    }
}
