package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Databases;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.LoadedConfig;
import dev.pgvigil.postgres.Deadlines;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.SessionsSection;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.Discovery;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.TargetsSection;
import dev.pgvigil.target.Thresholds;
import dev.pgvigil.testing.PgServer;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** pgvigil's sessions as the server sees them. */
class SessionsTest {

    private static final int NEWEST = PgServer.majors().getLast();

    /** Runs a query of the test in a session like that of any check. */
    record Question(String name, Scope scope, String sql, Duration interval) implements Check<Question.Answer> {

        @Override
        public Policy policy() {
            return Policy.every(interval);
        }

        record Answer(String text) {}

        Question(Scope scope, String sql, Duration interval) {
            this("question", scope, sql, interval);
        }

        @Override
        public Uni<Answer> collect(Session session) {
            return session.row(sql, row -> new Answer(String.valueOf(row.getValue(0))));
        }

        @Override
        public List<Finding> evaluate(Answer now, Previous<Answer> past, Target target) {
            return List.of(Finding.of("question", "answer", Status.HEALTHY, Severity.LOW, "answered", now.text()));
        }

        @Override
        public List<Finding> evaluateFailure(dev.pgvigil.postgres.Failure failure, Target target) {
            return List.of(Finding.of(
                    "question",
                    "failure",
                    Status.DEGRADED,
                    Severity.LOW,
                    failure.reason().name(),
                    failure.message()));
        }
    }

    static List<Integer> majors() {
        return PgServer.majors();
    }

    @ParameterizedTest
    @MethodSource("majors")
    void setsApplicationNameAndSafeSettings(int major) {
        PgServer server = PgServer.shared(major);
        String settings = """
            select string_agg(name || '=' || setting, ' ' order by name) from pg_settings where name in (
                'application_name', 'default_transaction_read_only', 'statement_timeout', 'lock_timeout',
                'idle_in_transaction_session_timeout', 'idle_session_timeout', 'jit',
                'max_parallel_workers_per_gather', 'search_path')\
            """;
        try (Monitoring monitoring = collecting(Scope.SERVER, settings, server.target("shop", "postgres"))) {
            assertThat(monitoring.awaitFinding("shop", "question/answer").observed())
                    .isEqualTo("application_name=pgvigil default_transaction_read_only=on"
                            + " idle_in_transaction_session_timeout=1000 idle_session_timeout=120000 jit=off"
                            + " lock_timeout=100 max_parallel_workers_per_gather=0 search_path=pg_catalog"
                            + " statement_timeout=500");
        }
    }

    /** Otherwise the server would end a session between two heartbeats. */
    @Test
    void serverEndsIdleSessionOnlyWhenHeartbeatIsLongOverdue(@TempDir Path folder) throws IOException {
        PgServer server = PgServer.shared(NEWEST);
        Path file = Files.writeString(folder.resolve("pgvigil.yaml"), """
            pgvigil:
              watch: { stale-after: 10m }
              checks: { heartbeat: { every: 8m } }
              targets:
                shop: { url: "postgresql://%s@%s/postgres?sslmode=disable" }
            """.formatted(
                        server.server().user(), server.server().id()));
        String idle = "select setting from pg_settings where name = 'idle_session_timeout'";
        List<Check<?>> checks = List.of(new Heartbeat(), new Question(Scope.SERVER, idle, Duration.ofMillis(300)));
        Configuration configuration = LoadedConfig.started(
                file,
                Duration.ofDays(1),
                new TargetsSection(new Catalogue(checks)),
                new SessionsSection(),
                new MonitorSection(new Catalogue(checks)));
        try (Monitoring monitoring = Monitoring.with(checks)) {
            new ConfigSubscriber(configuration, monitoring.watch(), monitoring.fleet()).start(new StartupEvent());
            assertThat(Long.parseLong(
                            monitoring.awaitFinding("shop", "question/answer").observed()))
                    .isGreaterThan(Duration.ofMinutes(10).toMillis());
        } finally {
            LoadedConfig.stop(configuration);
        }
    }

    @Test
    void sharesOneSessionAmongTargetsOfServer() {
        try (PgServer server = PgServer.start(NEWEST)) {
            Target first = server.target("first", server.newDatabase("first"));
            Target second = server.target("second", server.newDatabase("second"));
            try (Monitoring monitoring = Monitoring.over(first, second, server.target("third", "postgres"))) {
                monitoring.awaitStatus("first", Status.HEALTHY);
                monitoring.awaitStatus("second", Status.HEALTHY);
                monitoring.awaitStatus("third", Status.HEALTHY);
                assertThat(sessions(server)).isEqualTo(1);
            }
            await().atMost(Duration.ofSeconds(10)).until(() -> sessions(server) == 0);
            assertThat(server.log()).doesNotContain("unexpected EOF");
        }
    }

    @Test
    void runsDatabaseChecksInSessionThatEndsAfterThem() {
        PgServer server = PgServer.shared(NEWEST);
        String inside = server.newDatabase("inside");
        Target target = server.target("inside", inside);
        try (Monitoring monitoring =
                collecting(Scope.DATABASE, "select current_database()", server.target("a", "postgres"), target)) {
            assertThat(monitoring.awaitFinding("a", "question/answer").observed())
                    .isEqualTo("postgres");
            assertThat(monitoring.awaitFinding("inside", "question/answer").observed())
                    .isEqualTo(inside);
            monitoring.awaitLink(target.server(), link -> link.open() == 1);
        }
    }

    @Test
    void runsSlowCheckInSeparateSessionWhileHeartbeatContinues() {
        PgServer server = PgServer.shared(NEWEST);
        Target target = server.target("shop", "postgres");
        try (Monitoring monitoring = collecting(Scope.SERVER, "select pg_sleep(1.5)::text || 'slept'", target)) {
            assertThat(monitoring.awaitFinding("shop", "question/answer").observed())
                    .isEqualTo("slept");
            assertThat(monitoring.changes()).noneMatch(SessionsTest::unhealthy);
            assertThat(monitoring.link(target.server()).abandoned()).isZero();
            assertThat(monitoring.link(target.server()).statementSeconds()).isBetween(1.0, 60.0);
        }
    }

    @Test
    void queuedChecksDoNotShareOneDeadline() {
        PgServer server = PgServer.shared(NEWEST);
        Target target = server.target("shop", "postgres");
        List<Check<?>> checks = new ArrayList<>(List.of(new Heartbeat()));
        for (int i = 0; i < 4; i++) {
            String sleep = "select pg_sleep(0.4)::text || '" + i + "'";
            checks.add(new Question("question" + i, Scope.SERVER, sleep, Duration.ofSeconds(2)));
        }
        try (Monitoring monitoring = Monitoring.with(checks, target)) {
            monitoring.awaitLink(target.server(), link -> link.statementSeconds() > 6);
            assertThat(monitoring.link(target.server()).abandoned()).isZero();
            assertThat(monitoring.changes()).noneMatch(SessionsTest::unhealthy);
        }
    }

    @Test
    void replacesOldSessionWithoutStatusChange() {
        PgServer server = PgServer.shared(NEWEST);
        Target target = server.target("shop", "postgres");
        Deadlines standard = Deadlines.STANDARD;
        Deadlines hasty = new Deadlines(
                standard.connect(),
                standard.lock(),
                standard.statement(),
                standard.answer(),
                standard.slowStatement(),
                Duration.ofMillis(600),
                standard.idle());
        try (Monitoring monitoring = Monitoring.over(target)) {
            monitoring.follow(hasty, target);
            monitoring.awaitLink(target.server(), link -> link.connects() >= 5);
            monitoring.awaitLink(target.server(), link -> link.open() <= 2);
            assertThat(monitoring.link(target.server()).abandoned()).isZero();
            assertThat(monitoring.changes()).noneMatch(SessionsTest::unhealthy);
        }
    }

    private static boolean unhealthy(FleetEvent change) {
        return change instanceof FleetEvent.StatusChanged to && to.to() == Status.UNHEALTHY;
    }

    @Test
    void limitsOnDemandHeartbeatsToTenPerSecond() {
        PgServer server = PgServer.shared(NEWEST);
        Target target = server.target("shop", "postgres");
        try (Monitoring monitoring = Monitoring.over(target)) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            long start = System.nanoTime();
            long before = monitoring.link(target.server()).statements();
            while (System.nanoTime() - start < 1_500_000_000L) {
                assertThat(monitoring.watch().beat("shop").await().atMost(Duration.ofSeconds(5)))
                        .isNotNull();
            }
            long tenths = (System.nanoTime() - start) / 100_000_000;
            // Regular heartbeats and database listings also run.
            assertThat(monitoring.link(target.server()).statements() - before).isBetween(1L, 2 * tenths + 5);
        }
    }

    @Test
    void reportsStatementThatFailsTwice() {
        PgServer server = PgServer.shared(NEWEST);
        try (Monitoring monitoring = collecting(Scope.SERVER, "select 1/0", server.target("shop", "postgres"))) {
            Finding found = monitoring.awaitFinding("shop", "question/failure");
            assertThat(found.title()).isEqualTo("QUERY");
            assertThat(found.observed()).isEqualTo("division by zero");
        }
    }

    @Test
    void retriesFailedCheckSoonDespiteLongInterval() {
        PgServer server = PgServer.shared(NEWEST);
        Question seldom = new Question(Scope.DATABASE, "select 1/0", Duration.ofHours(1));
        try (Monitoring monitoring =
                Monitoring.with(List.of(new Heartbeat(), seldom), server.target("shop", "postgres"))) {
            monitoring.awaitFinding("shop", "question/failure");
        }
    }

    @Test
    void shorterIntervalTakesEffectImmediately() {
        PgServer server = PgServer.shared(NEWEST);
        Question clock = new Question(Scope.SERVER, "select clock_timestamp()::text", Duration.ofMillis(300));
        try (Monitoring monitoring =
                Monitoring.with(List.of(new Heartbeat(), clock), every(Duration.ofHours(1), server))) {
            String first = monitoring.awaitFinding("shop", "question/answer").observed();
            monitoring.follow(every(Duration.ofMillis(300), server));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !first.equals(
                            monitoring.awaitFinding("shop", "question/answer").observed()));
        }
    }

    private static Target every(Duration interval, PgServer server) {
        return new Target(
                "shop",
                server.server(),
                "postgres",
                "",
                ExpectedRole.ANY,
                Map.of(),
                Thresholds.DEFAULTS,
                Map.of("question", new CheckSetting(true, interval)),
                null);
    }

    @Test
    void doesNotJoinLockQueueBehindDdlAndKeepsConnectionsFew() throws SQLException {
        PgServer server = PgServer.shared(NEWEST);
        String database = server.newDatabase("queue");
        server.sqlIn(database, "create table orders (id int)");
        Target target = server.target("shop", database);
        String reading = "select count(*) from \"public\".orders";
        try (Connection reader = server.jdbc(database);
                Connection altering = server.jdbc(database);
                Monitoring monitoring = Monitoring.with(
                        List.of(new Heartbeat(), new Question(Scope.DATABASE, reading, Duration.ofMillis(100))),
                        target)) {
            server.sqlIn(database, "grant select on orders to public");
            monitoring.awaitStatus("shop", Status.HEALTHY);
            reader.setAutoCommit(false);
            try (Statement statement = reader.createStatement()) {
                statement.execute("lock table orders in access share mode");
            }
            Thread.ofVirtual().start(() -> {
                try (Statement statement = altering.createStatement()) {
                    statement.execute("alter table orders add column note text");
                } catch (SQLException ended) {
                    throw new IllegalStateException(ended);
                }
            });
            await().until(() -> "1"
                    .equals(server.value(
                            "select count(*) from pg_locks where mode = 'AccessExclusiveLock' and not granted")));
            AtomicInteger most = new AtomicInteger();
            await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(20)).until(() -> {
                most.accumulateAndGet(sessions(server), Math::max);
                // Even a check that reads the locked table gives up after lock_timeout.
                return Integer.parseInt(String.valueOf(server.value("""
                    select count(*) from pg_locks l join pg_stat_activity a using (pid)
                    where application_name = 'pgvigil' and not granted
                      and clock_timestamp() - waitstart > '400 ms'\
                    """))) == 0;
            });
            assertThat(most.get()).isLessThanOrEqualTo(5);
            assertThat(monitoring.status("shop")).isNotEqualTo(Status.UNHEALTHY);
            reader.rollback();
        }
    }

    @Test
    void discoversCreatedAndDroppedDatabases() {
        try (PgServer server = PgServer.start(NEWEST)) {
            server.createDatabase("app_one");
            server.createDatabase("app_tmp_x");
            server.createDatabase("Ümläut \"quoted\"\n<b>");
            Target entry = new Target(
                    "db2",
                    server.server(),
                    "postgres",
                    "",
                    ExpectedRole.ANY,
                    Map.of(),
                    Thresholds.DEFAULTS,
                    Map.of("databases", new CheckSetting(true, Duration.ofMillis(300))),
                    new Discovery(List.of("app_*", "*<b>"), List.of("app_tmp_*")));
            try (Monitoring monitoring = Monitoring.with(List.of(new Heartbeat(), new Databases()), entry)) {
                monitoring.awaitStatus("db2:app_one", Status.HEALTHY);
                monitoring.awaitStatus("db2:Ümläut \"quoted\"\n<b>", Status.HEALTHY);
                assertThat(monitoring.fleet().snapshot().targets()).hasSize(3).doesNotContainKey("db2:app_tmp_x");
                server.createDatabase("app_two");
                monitoring.awaitStatus("db2:app_two", Status.HEALTHY);
                server.sql("drop database app_one");
                await().until(() -> !monitoring.fleet().snapshot().targets().containsKey("db2:app_one"));
                assertThat(monitoring.status("db2")).isEqualTo(Status.HEALTHY);
            }
        }
    }

    private static Monitoring collecting(Scope scope, String sql, Target... targets) {
        return Monitoring.with(List.of(new Heartbeat(), new Question(scope, sql, Duration.ofMillis(300))), targets);
    }

    private static int sessions(PgServer server) {
        return Integer.parseInt(String.valueOf(
                server.value("select count(*) from pg_stat_activity where application_name = 'pgvigil'")));
    }
}
