package dev.pgvigil.check.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.replication.ReplicationState.Pause;
import dev.pgvigil.check.replication.ReplicationState.Replay;
import dev.pgvigil.check.replication.ReplicationState.Standby;
import dev.pgvigil.check.replication.ReplicationState.Synchronous;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.Majors;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.TcpProxy;
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
import org.junit.jupiter.params.provider.MethodSource;

class ReplicationTest {

    private static final Replication CHECK = new Replication();
    private static final Target SHOP = Evaluating.target("shop");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Nested
    class Evaluates {

        @ParameterizedTest
        @CsvSource({
            "119.9, , ",
            "120, DEGRADED, MEDIUM",
            "599, DEGRADED, MEDIUM",
            "600, DEGRADED, HIGH",
            "86400, DEGRADED, HIGH",
        })
        void reportsStandbyByItsDelay(double seconds, @Nullable Status status, @Nullable Severity severity) {
            for (boolean logical : List.of(false, true)) {
                List<Finding> found = Evaluating.evaluate(CHECK, sender(standby(seconds, null, 5, logical)), SHOP);

                assertThat(found).extracting(Finding::status).isEqualTo(status == null ? List.of() : List.of(status));
                assertThat(found)
                        .extracting(Finding::severity)
                        .isEqualTo(severity == null ? List.of() : List.of(severity));
                assertThat(found)
                        .extracting(Finding::key)
                        .allMatch(
                                key -> key.equals(logical ? "replication/subscriber-lag" : "replication/standby-lag"));
            }
        }

        @Test
        void takesMeasuredDelayWhereItWasBehindBefore() {
            Finding found = Evaluating.one(CHECK, sender(standby(5, 700.0, 5 << 20, false)), SHOP);

            assertThat(found.observed()).isEqualTo("walreceiver, 10.0.0.7 is 11 min 40 s behind, 5 MiB");
            assertThat(found.severity()).isEqualTo(Severity.HIGH);
        }

        @Test
        void ignoresReceiversThatReportNoPositionOrHaveEverything() {
            assertThat(Evaluating.evaluate(CHECK, sender(standby(9000, 9000.0, 0, false)), SHOP))
                    .isEmpty();
            Standby backup = new Standby(
                    "pg_basebackup",
                    null,
                    "backup",
                    "async",
                    null,
                    false,
                    9L,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
            assertThat(Evaluating.evaluate(CHECK, sender(backup), SHOP)).isEmpty();
        }

        @ParameterizedTest
        @CsvSource({"90, 100, 110, network is slow", "1, 100, 101, disk", "1, 2, 100, does not replay"})
        void namesWhereWalStays(long unsent, long unflushed, long unreplayed, String cause) {
            Standby standby = new Standby(
                    "s1",
                    null,
                    "streaming",
                    "async",
                    null,
                    false,
                    unsent,
                    unflushed,
                    unflushed,
                    unreplayed,
                    null,
                    null,
                    null,
                    300.0,
                    1.0);

            assertThat(Evaluating.one(CHECK, sender(standby), SHOP).cause()).contains(cause);
        }

        @ParameterizedTest
        @CsvSource({
            "1, 1, true, 0, , ",
            "1, 2, true, 5, , ",
            "1, 0, true, 0, UNHEALTHY, CRITICAL",
            "2, 1, true, 0, UNHEALTHY, CRITICAL",
            "1, 0, false, 0, DEGRADED, MEDIUM",
            "1, 0, false, 1, UNHEALTHY, CRITICAL",
        })
        void reportsMissingSynchronousStandbys(
                int required,
                long answering,
                boolean byDefault,
                long waiting,
                @Nullable Status status,
                @Nullable Severity severity) {
            Synchronous synchronous = new Synchronous("s1", required, answering, byDefault, waiting);
            List<Finding> found =
                    Evaluating.evaluate(CHECK, new ReplicationState(1, 0, List.of(), 0, 0, synchronous, null), SHOP);

            assertThat(found).extracting(Finding::status).isEqualTo(status == null ? List.of() : List.of(status));
            assertThat(found).extracting(Finding::severity).isEqualTo(severity == null ? List.of() : List.of(severity));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = ';',
                value = {
                    "s1; 1",
                    "*; 1",
                    "s1, s2; 1",
                    "2 (s1, s2, s3); 2",
                    "FIRST 2 (s1, s2); 2",
                    "any 3(*); 3",
                    "\"first 2 (\"; 1",
                    "first, any; 1"
                })
        void readsHowManyStandbysAreRequired(String names, int required) {
            assertThat(Replication.required(names)).isEqualTo(required);
        }

        @ParameterizedTest
        @CsvSource({"0, 0, 0", "1, 0, 1", "1, 1, 0", "2, 1, 1"})
        void reportsFewerStandbysThanConfigured(double wanted, long streaming, int findings) {
            Target target = Evaluating.target("shop", Map.of("replication.standbys", wanted));
            ReplicationState now = new ReplicationState(1, 0, List.of(), 0, streaming, null, null);

            assertThat(Evaluating.evaluate(CHECK, now, target))
                    .extracting(Finding::key)
                    .isEqualTo(findings == 0 ? List.of() : List.of("replication/standbys-few"));
        }

        @ParameterizedTest
        @CsvSource({
            "119.9, 0, , ",
            "120, 0, DEGRADED, MEDIUM",
            "600, 0, DEGRADED, HIGH",
            "3600, 0, UNHEALTHY, CRITICAL",
            "3600, 3500, , ",
            "3720, 3600, DEGRADED, MEDIUM",
        })
        void reportsLagOfStandbyAboveItsConfiguredDelay(
                double seconds, double delay, @Nullable Status status, @Nullable Severity severity) {
            Replay replay = new Replay(
                    true, false, "streaming", "db0", 5432, 1.0, 10, 90, seconds, seconds, delay, Pause.NOT_PAUSED);
            List<Finding> found = Evaluating.evaluate(CHECK, receiver(replay), SHOP);

            assertThat(found).extracting(Finding::status).isEqualTo(status == null ? List.of() : List.of(status));
            assertThat(found).extracting(Finding::severity).isEqualTo(severity == null ? List.of() : List.of(severity));
        }

        @Test
        void doesNotTakeIdlePrimaryOfArchiveForLag() {
            assertThat(Evaluating.evaluate(CHECK, receiver(archive(3599)), SHOP))
                    .isEmpty();
            Finding found = Evaluating.one(CHECK, receiver(archive(3600)), SHOP);
            assertThat(found.key()).isEqualTo("replication/lag");
            assertThat(found.status()).isEqualTo(Status.DEGRADED);
            assertThat(found.severity()).isEqualTo(Severity.MEDIUM);
        }

        private static Replay archive(double seconds) {
            return new Replay(false, true, null, null, null, null, 10, 0, seconds, seconds, 0, Pause.NOT_PAUSED);
        }

        @ParameterizedTest
        @CsvSource({
            "streaming, 10, , ",
            ", 10, DEGRADED, HIGH",
            "waiting, 10, DEGRADED, HIGH",
            ", 3600, UNHEALTHY, CRITICAL",
        })
        void reportsStandbyThatDoesNotStream(
                @Nullable String receiver, double lag, @Nullable Status status, @Nullable Severity severity) {
            Replay replay = new Replay(true, true, receiver, null, null, null, 10, 0, lag, lag, 0, Pause.NOT_PAUSED);
            List<Finding> found = Evaluating.evaluate(CHECK, receiver(replay), SHOP);

            assertThat(found).extracting(Finding::status).isEqualTo(status == null ? List.of() : List.of(status));
            assertThat(found).extracting(Finding::severity).isEqualTo(severity == null ? List.of() : List.of(severity));
        }

        @Test
        void doesNotReportStandbyThatAdvancesFromItsArchive() {
            Replay before = new Replay(true, true, null, null, null, null, 10, 0, 900.0, 900.0, 0, Pause.NOT_PAUSED);
            Replay now = new Replay(true, true, null, null, null, null, 11, 0, 60.0, 60.0, 0, Pause.NOT_PAUSED);
            Previous<ReplicationState> previous =
                    new Previous<>(receiver(before), Evaluating.NOW.minusSeconds(10), Evaluating.NOW);

            assertThat(CHECK.evaluate(receiver(now), previous, SHOP)).isEmpty();
            assertThat(CHECK.evaluate(receiver(before), previous, SHOP))
                    .extracting(Finding::key)
                    .containsExactly("replication/disconnected");
        }

        @ParameterizedTest
        @CsvSource({
            "true, 0, 500, 400, 300, 0",
            "true, 5, 500, 400, 300, 300",
            "true, 5, 500, 4, 300, 4",
            "true, 5, 5, , 300, 5",
            "true, 5, 500, , , 500",
            "true, 5, , , , ",
            "false, 0, 500, 400, 0, 400",
            "false, 0, 300, , 0, 300",
            "false, 0, , , 0, ",
        })
        void boundsTheAgeOfData(
                boolean streaming,
                long behind,
                @Nullable Double commit,
                @Nullable Double caughtUp,
                @Nullable Double received,
                @Nullable Double lag) {
            assertThat(Replication.lag(streaming, behind, commit, caughtUp, received))
                    .isEqualTo(lag);
        }

        private static ReplicationState sender(Standby standby) {
            return new ReplicationState(1, 1000, List.of(standby), 1, 1, null, null);
        }

        private static ReplicationState receiver(Replay replay) {
            return new ReplicationState(1, 100, List.of(), 0, 0, null, replay);
        }

        private static Standby standby(double seconds, @Nullable Double measured, long bytes, boolean logical) {
            return new Standby(
                    "walreceiver",
                    "10.0.0.7",
                    "streaming",
                    "async",
                    null,
                    logical,
                    0L,
                    0L,
                    0L,
                    bytes,
                    null,
                    null,
                    measured,
                    seconds,
                    1.0);
        }
    }

    @Nested
    class Remembers {

        @Test
        void delayIsTheTimeSincePositionWasPassed() {
            PositionHistory history = new PositionHistory(new MemoryBudget(1 << 20));
            history.record(10, 100);
            history.record(20, 100);
            history.record(30, 200);
            history.record(40, 300);

            assertThat(history.behind(50, 300)).isZero();
            assertThat(history.behind(50, 200)).isEqualTo(10);
            assertThat(history.behind(50, 150)).isEqualTo(20);
            assertThat(history.behind(50, 99)).isEqualTo(40);
            assertThat(history.covers(100)).isTrue();
            assertThat(history.covers(99)).isFalse();
        }

        @Test
        void beginsAnewAtAnEarlierPosition() {
            PositionHistory history = new PositionHistory(new MemoryBudget(1 << 20));
            history.record(10, 100);
            history.record(20, 50);

            assertThat(history.behind(30, 40)).isEqualTo(10);
        }

        @Test
        void isBoundedAndKeepsTheOldest() {
            MemoryBudget budget = new MemoryBudget(1 << 20);
            PositionHistory history = new PositionHistory(budget);
            for (int i = 1; i <= 100_000; i++) {
                history.record(i, i);
            }
            assertThat(history.behind(100_000, 0)).isEqualTo(99_999);
            assertThat(history.behind(100_000, 99_999)).isZero();
            assertThat(history.behind(100_000, 50_000)).isBetween(45_000.0, 50_000.0);
            history.release();
            assertThat(budget.used()).isZero();
        }

        @Test
        void keepsNothingWithoutMemory() {
            PositionHistory history = new PositionHistory(new MemoryBudget(10));
            history.record(1, 1);

            assertThat(history.behind(9, 0)).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsCommitsThatWaitForMissingStandby(int major) throws Exception {
        try (PgServer primary = PgServer.start(major);
                Collecting asking = Collecting.of(primary, "postgres")) {
            primary.sql("create table orders (id int)");
            assertThat(evaluate(asking, CHECK)).isEmpty();
            primary.sql("alter system set synchronous_standby_names = 'FIRST 1 (s1, s2)'");
            primary.reload();
            try (Connection connection = primary.jdbc("postgres");
                    Statement statement = connection.createStatement()) {
                Thread commit = Thread.ofVirtual().start(() -> {
                    try {
                        statement.execute("insert into orders values (1)");
                    } catch (SQLException e) {
                        // The server ends.
                    }
                });
                await().atMost(PATIENCE)
                        .until(() -> asking.collect(CHECK).synchronous(), seen -> seen != null && seen.waiting() == 1);
                Finding found = evaluate(asking, CHECK).getFirst();
                assertThat(found.key()).isEqualTo("replication/synchronous-missing");
                assertThat(found.status()).isEqualTo(Status.UNHEALTHY);
                assertThat(found.observed()).isEqualTo("0 of 1 required synchronous standby, 1 session waits");

                for (String sql : String.valueOf(found.sql()).split(";", -1)) {
                    if (!sql.isBlank()) {
                        primary.sql(sql);
                    }
                }
                commit.join(PATIENCE);
                assertThat(commit.isAlive()).isFalse();
                await().atMost(PATIENCE).until(() -> evaluate(asking, CHECK).isEmpty());
            }
        }
    }

    @Test
    void reportsFrozenSynchronousStandbyWhileASessionWaits() throws Exception {
        Majors.together(ReplicationTest::reportsFrozenSynchronousStandbyWhileASessionWaits);
    }

    private static void reportsFrozenSynchronousStandbyWhileASessionWaits(int major) throws Exception {
        try (PgServer primary = PgServer.start(major);
                PgServer standby = primary.standby();
                Collecting asking = Collecting.of(primary, "postgres")) {
            primary.sql("alter system set synchronous_standby_names = '*'");
            primary.reload();
            await().atMost(PATIENCE).until(() -> {
                Synchronous seen = asking.collect(CHECK).synchronous();
                return seen != null && seen.answering() == 1;
            });
            assertThat(evaluate(asking, CHECK)).isEmpty();
            standby.freeze();
            try (Connection connection = primary.jdbc("postgres");
                    Statement statement = connection.createStatement()) {
                Thread.ofVirtual().start(() -> {
                    try {
                        statement.execute("create table orders (id int)");
                    } catch (SQLException e) {
                        // The server ends.
                    }
                });
                await().atMost(Duration.ofSeconds(40))
                        .until(() -> evaluate(asking, CHECK).stream()
                                .anyMatch(found -> found.status() == Status.UNHEALTHY
                                        && String.valueOf(found.cause()).contains("does not answer")));
                standby.thaw();
                await().atMost(PATIENCE).until(() -> evaluate(asking, CHECK).isEmpty());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void seesStandbyFromBothSides(int major) {
        try (PgServer primary = PgServer.start(major)) {
            primary.server();
            try (PgServer standby = primary.standby();
                    PgServer cascade = standby.standby();
                    Collecting sends = Collecting.of(primary, "postgres");
                    Collecting receives = Collecting.of(standby.server("pgvigil", null), "postgres");
                    Collecting second = Collecting.of(cascade.server("pgvigil", null), "postgres")) {
                primary.sql("create table orders as select generate_series(1, 1000) id");
                await().atMost(PATIENCE).untilAsserted(() -> {
                    ReplicationState sent = sends.collect(CHECK);
                    assertThat(sent.standbysStreaming()).isEqualTo(1);
                    assertThat(sent.timeline()).isEqualTo(1);
                    assertThat(sent.standbys()).hasSize(1);
                    assertThat(sent.standbys().getFirst().replayBytesBehind()).isZero();
                    assertThat(sent.standbys().getFirst().slotName()).startsWith("standby_");
                    ReplicationState received = receives.collect(CHECK);
                    assertThat(received.standbysStreaming()).isEqualTo(1);
                    assertThat(received.replay()).satisfies(replay -> {
                        assertThat(replay.lagSeconds()).isZero();
                        assertThat(replay.receiver()).isEqualTo("streaming");
                        assertThat(replay.senderPort()).isEqualTo(primary.port());
                    });
                    ReplicationState last = second.collect(CHECK);
                    assertThat(last.standbys()).isEmpty();
                    assertThat(last.replay()).satisfies(replay -> {
                        assertThat(replay.lagSeconds()).isZero();
                        assertThat(replay.senderPort()).isEqualTo(standby.port());
                    });
                });
                assertThat(evaluate(sends, CHECK)).isEmpty();
                assertThat(evaluate(receives, CHECK)).isEmpty();
                List<RecordedMetrics.Figure> figures = RecordedMetrics.of(CHECK, receives.collect(CHECK));
                assertThat(RecordedMetrics.value(figures, "pgvigil_replication_lag_seconds"))
                        .isZero();
                assertThat(RecordedMetrics.value(figures, "pgvigil_replication_receiver_streaming"))
                        .isEqualTo(1);

                standby.promote();
                await().atMost(PATIENCE).untilAsserted(() -> {
                    ReplicationState promoted = receives.collect(CHECK);
                    assertThat(promoted.replay()).isNull();
                    assertThat(promoted.timeline()).isEqualTo(2);
                    assertThat(second.collect(CHECK).timeline()).isEqualTo(2);
                });
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsPausedReplayAndItsLagUntilItIsResumed(int major) {
        Target hasty = Evaluating.target("shop", Map.of("replication.lag", 0.5));
        try (PgServer primary = PgServer.start(major)) {
            primary.server();
            try (PgServer standby = primary.standby();
                    Collecting sends = Collecting.of(primary, "postgres");
                    Collecting receives = Collecting.of(standby.server("pgvigil", null), "postgres")) {
                sends.collect(CHECK);
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(receives.collect(CHECK).replay())
                                .satisfies(replay ->
                                        assertThat(replay.lagSeconds()).isZero()));
                standby.pauseReplay();
                primary.sql("create table orders as select generate_series(1, 1000) id");
                await().atMost(PATIENCE).untilAsserted(() -> {
                    List<Finding> found = CHECK.evaluate(receives.collect(CHECK), Previous.none(Evaluating.NOW), hasty);
                    assertThat(found).extracting(Finding::key).containsExactly("replication/replay-paused");
                    assertThat(receives.collect(CHECK).replay())
                            .satisfies(replay -> assertThat(replay.lagSeconds()).isGreaterThan(0.5));
                });
                await().atMost(PATIENCE).untilAsserted(() -> {
                    List<Finding> found = CHECK.evaluate(sends.collect(CHECK), Previous.none(Evaluating.NOW), hasty);
                    assertThat(found).extracting(Finding::key).containsExactly("replication/standby-lag");
                    assertThat(found.getFirst().cause()).contains("does not replay");
                });
                standby.resumeReplay();
                await().atMost(PATIENCE).untilAsserted(() -> {
                    assertThat(CHECK.evaluate(receives.collect(CHECK), Previous.none(Evaluating.NOW), hasty))
                            .isEmpty();
                    assertThat(CHECK.evaluate(sends.collect(CHECK), Previous.none(Evaluating.NOW), hasty))
                            .isEmpty();
                });
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void cutLinkIsNotLagZero(int major) {
        try (PgServer primary = PgServer.start(major);
                TcpProxy link = TcpProxy.before(primary)) {
            primary.server();
            try (PgServer standby = primary.standby();
                    Collecting receives = Collecting.of(standby.server("pgvigil", null), "postgres")) {
                standby.sql("alter system set primary_conninfo = 'host=127.0.0.1 port=" + link.port()
                        + " user=postgres application_name=proxied'");
                standby.reload();
                await().atMost(PATIENCE).untilAsserted(() -> {
                    assertThat(primary.value(
                                    "select state from pg_stat_replication where application_name = 'proxied'"))
                            .isEqualTo("streaming");
                    assertThat(receives.collect(CHECK).replay())
                            .satisfies(replay -> assertThat(replay.lagSeconds()).isZero());
                });
                link.end();

                await().atMost(PATIENCE).untilAsserted(() -> {
                    ReplicationState now = receives.collect(CHECK);
                    assertThat(now.replay())
                            .satisfies(replay -> assertThat(replay.lagSeconds()).isGreaterThan(0));
                    Finding found = Evaluating.one(CHECK, now, SHOP);
                    assertThat(found.key()).isEqualTo("replication/disconnected");
                    assertThat(found.status()).isEqualTo(Status.DEGRADED);
                });
                standby.sql("alter system set primary_conninfo = 'host=127.0.0.1 port=" + primary.port()
                        + " user=postgres application_name=direct'");
                standby.reload();
                await().atMost(PATIENCE).until(() -> evaluate(receives, CHECK).isEmpty());
            }
        }
    }

    private static List<Finding> evaluate(Collecting asking, Replication check) {
        return Evaluating.evaluate(check, asking.collect(check), SHOP);
    }
}
