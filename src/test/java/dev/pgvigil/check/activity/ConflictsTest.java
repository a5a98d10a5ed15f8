package dev.pgvigil.check.activity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Clients.Client;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.activity.Conflicts.Counts;
import dev.pgvigil.check.activity.Conflicts.Database;
import dev.pgvigil.check.activity.Conflicts.Kind;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ConflictsTest {

    private static final Conflicts CHECK = new Conflicts();
    private static final Target SHOP = Evaluating.target("shop");

    @Nested
    class Judges {

        @ParameterizedTest
        @CsvSource({
            "0, 60, , ",
            "1, 60, HEALTHY, LOW",
            "1, 60.4, HEALTHY, LOW",
            "1, 5, HEALTHY, LOW",
            "1, 600, HEALTHY, LOW",
            "9, 60, HEALTHY, LOW",
            "10, 60, DEGRADED, MEDIUM",
            "10, 5, DEGRADED, MEDIUM",
            "10, 120, HEALTHY, LOW",
            "20, 120, DEGRADED, MEDIUM",
            "99, 600, HEALTHY, LOW",
            "100, 600, DEGRADED, MEDIUM",
        })
        void reportsByNumberAndRate(long more, double seconds, @Nullable Status status, @Nullable Severity severity) {
            for (Counts now : List.of(counts(5 + more, 7), counts(5, 7 + more))) {
                List<Finding> findings = evaluate(now, counts(5, 7), seconds);

                if (status == null) {
                    assertThat(findings).isEmpty();
                } else {
                    assertThat(findings).hasSize(1);
                    assertThat(findings.getFirst().status()).isEqualTo(status);
                    assertThat(findings.getFirst().severity()).isEqualTo(severity);
                }
            }
        }

        @ParameterizedTest
        @CsvSource({"4, 60, 0", "4, 600, 0", "5, 60, 1", "5, 600, 1"})
        void reportsFromTheConfiguredNumber(long more, double seconds, int findings) {
            Target target = Evaluating.target("shop", Map.of("conflicts.deadlocks", 5.0));

            assertThat(evaluate(counts(more, 0), counts(0, 0), target, seconds)).hasSize(findings);
        }

        @Test
        void reportsNothingOnFirstObservationOrForOtherDatabases() {
            assertThat(Evaluating.evaluate(CHECK, counts(900, 900), SHOP)).isEmpty();
            Previous<Counts> previous = new Previous<>(counts(0, 0), Evaluating.NOW.minusSeconds(60), Evaluating.NOW);
            assertThat(CHECK.evaluate(counts(900, 900), previous, Evaluating.target("elsewhere")))
                    .isEmpty();
        }

        @Test
        void countsFromZeroAfterReset() {
            OffsetDateTime reset = OffsetDateTime.of(2026, 3, 1, 11, 59, 30, 0, ZoneOffset.UTC);
            Counts before = counts(500, 500);

            assertThat(evaluate(counts(0, 0), before, 60)).isEmpty();
            assertThat(evaluate(new Counts(List.of(new Database("shop", reset, 0, Map.of()))), before, 60))
                    .isEmpty();
            Finding since = evaluate(new Counts(List.of(new Database("shop", reset, 501, Map.of()))), before, 60)
                    .getFirst();
            assertThat(since.observed()).isEqualTo("501 deadlocks, in the last 60 s");
        }

        @Test
        void describesNumberAndKind() {
            Database now = new Database("shop", null, 3, Map.of(Kind.LOCK, 1L, Kind.SNAPSHOT, 11L));
            List<Finding> findings = evaluate(new Counts(List.of(now)), new Counts(List.of(zero())), 60);

            assertThat(findings).extracting(Finding::key).containsExactly("conflicts/deadlocks", "conflicts/recovery");
            assertThat(findings.getFirst().observed()).isEqualTo("3 deadlocks, in the last 60 s");
            Finding recovery = findings.getLast();
            assertThat(recovery.observed())
                    .isEqualTo("12 statements cancelled by replay, most for snapshot, in the last 60 s");
            assertThat(recovery.action()).contains("hot_standby_feedback");
            assertThat(recovery.evidence())
                    .containsExactly(
                            Map.of("kind", "lock", "cancelled", 1L), Map.of("kind", "snapshot", "cancelled", 11L));
            assertThat(recovery.threshold()).isEqualTo("from 1, degraded from 10 a minute");
        }

        @ParameterizedTest
        @EnumSource(Kind.class)
        void proposesActionForEachKind(Kind kind) {
            Database now = new Database("shop", null, 0, Map.of(kind, 1L));

            Finding found = evaluate(new Counts(List.of(now)), new Counts(List.of(zero())), 60)
                    .getFirst();

            assertThat(found.observed()).contains(kind.label());
            assertThat(found.sql()).isEqualTo("select * from pg_stat_database_conflicts where datname = 'shop'");
        }

        @Test
        void exportsCounters() {
            Database shop = new Database("shop", null, 4, Map.of(Kind.LOCK, 9L, Kind.SNAPSHOT, 2L));
            List<RecordedMetrics.Figure> figures = RecordedMetrics.of(CHECK, new Counts(List.of(shop)));

            assertThat(RecordedMetrics.value(figures, "pgvigil_stat_database_deadlocks_total", "datname", "shop"))
                    .isEqualTo(4);
            assertThat(RecordedMetrics.value(figures, "pgvigil_stat_database_conflicts_total", "datname", "shop"))
                    .isEqualTo(11);
        }

        private static Database zero() {
            return new Database("shop", null, 0, Map.of());
        }

        private static Counts counts(long deadlocks, long cancelled) {
            return new Counts(List.of(new Database("shop", null, deadlocks, Map.of(Kind.LOCK, cancelled))));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsDeadlockSinceLastCollection(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        Target target = Evaluating.target(database);
        try (Collecting asking = Collecting.of(server, database)) {
            Counts before = asking.collect(CHECK);
            try (Clients clients = new Clients(server, database)) {
                String hasty = "set deadlock_timeout = '20ms'";
                Client one = clients.inTransaction("one", hasty, "select pg_advisory_xact_lock(1)");
                Client two = clients.inTransaction("two", hasty, "select pg_advisory_xact_lock(2)");
                CompletableFuture<Void> first = one.start("select pg_advisory_xact_lock(2)");
                CompletableFuture<Void> second = two.start("select pg_advisory_xact_lock(1)");
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> first.isCompletedExceptionally() || second.isCompletedExceptionally());
            }

            Counts after = await().atMost(Duration.ofSeconds(20))
                    .until(
                            () -> asking.collect(CHECK),
                            seen -> !evaluate(seen, before, target, 60).isEmpty());
            Finding found = evaluate(after, before, target, 60).getFirst();
            assertThat(found.key()).isEqualTo("conflicts/deadlocks");
            assertThat(found.observed()).startsWith("1 deadlock, ");
            assertThat(server.valueIn(database, String.valueOf(found.sql()))).isEqualTo("1");

            assertThat(evaluate(asking.collect(CHECK), after, target, 60)).isEmpty();
            server.sqlIn(database, "select pg_stat_reset()");
            Counts reset = await().atMost(Duration.ofSeconds(20))
                    .until(
                            () -> asking.collect(CHECK),
                            seen -> seen.in(database).orElseThrow().deadlocks() == 0);
            assertThat(evaluate(reset, after, target, 60)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsStatementsCancelledByReplay(int major) throws SQLException {
        try (PgServer primary = PgServer.start(major)) {
            primary.sql("create table orders (id int)");
            primary.server();
            try (PgServer standby = primary.standby();
                    Collecting asking = Collecting.of(standby.server("pgvigil", null), "postgres")) {
                Target target = Evaluating.target("postgres");
                standby.sql("alter system set max_standby_streaming_delay = '50ms'");
                standby.reload();
                Counts before = asking.collect(CHECK);
                try (Clients clients = new Clients(standby, "postgres")) {
                    clients.inTransaction("report", "select count(*) from orders");
                    primary.sql("drop table orders");

                    Counts after = await().atMost(Duration.ofSeconds(30))
                            .until(
                                    () -> asking.collect(CHECK),
                                    seen -> !evaluate(seen, before, target, 60).isEmpty());
                    Finding found = evaluate(after, before, target, 60).getFirst();
                    assertThat(found.key()).isEqualTo("conflicts/recovery");
                    assertThat(found.observed()).contains("most for lock");
                    assertThat(evaluate(asking.collect(CHECK), after, target, 60))
                            .isEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void countsTemplates(int major) {
        PgServer server = PgServer.shared(major);
        try (Collecting asking = Collecting.of(server, "postgres")) {
            assertThat(asking.collect(CHECK).in("template1")).isPresent();
        }
    }

    private static List<Finding> evaluate(Counts now, Counts before, double seconds) {
        return evaluate(now, before, SHOP, seconds);
    }

    private static List<Finding> evaluate(Counts now, Counts before, Target target, double seconds) {
        Previous<Counts> previous =
                new Previous<>(before, Evaluating.NOW.minusMillis(Math.round(seconds * 1000)), Evaluating.NOW);
        List<Finding> findings = CHECK.evaluate(now, previous, target);
        findings.forEach(finding -> Evaluating.complete(CHECK, finding));
        return findings;
    }
}
