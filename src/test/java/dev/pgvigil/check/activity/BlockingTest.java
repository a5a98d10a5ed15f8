package dev.pgvigil.check.activity;

import static dev.pgvigil.check.activity.LockFaces.blocking;
import static dev.pgvigil.check.activity.LockFaces.holdingAdvisory;
import static dev.pgvigil.check.activity.LockFaces.prepared;
import static dev.pgvigil.check.activity.LockFaces.replay;
import static dev.pgvigil.check.activity.LockFaces.waiting;
import static dev.pgvigil.check.activity.LockFaces.waitingForAdvisory;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Clients.Client;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.activity.Blocking.Locks;
import dev.pgvigil.check.activity.LockTree.Participant;
import dev.pgvigil.target.Exemption;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BlockingTest {

    private static final Blocking CHECK = new Blocking();
    private static final Target SHOP = Evaluating.target(LockFaces.DATABASE);

    /** Waits count from a tenth of a second on. */
    private static final Map<String, Double> AT_ONCE =
            Map.of("blocking.degraded", 0.1, "blocking.advisory-waiters", 0.0);

    @Nested
    class Judges {

        @ParameterizedTest
        @CsvSource({
            "0.5, 1, , ",
            "4.999, 1, , ",
            "5, 1, DEGRADED, MEDIUM",
            "29.999, 9, DEGRADED, MEDIUM",
            "30, 1, UNHEALTHY, HIGH",
            "1, 60, , ",
            "1.001, 9, , ",
            "1.001, 10, DEGRADED, MEDIUM",
            "1.001, 49, DEGRADED, MEDIUM",
            "1.001, 50, UNHEALTHY, CRITICAL",
            "31, 50, UNHEALTHY, CRITICAL",
        })
        void reportsByLongestWaitAndNumberOfWaiters(double seconds, int waiting, Status status, Severity severity) {
            List<Finding> findings = Evaluating.evaluate(CHECK, queue(seconds, waiting), SHOP);

            if (status == null) {
                assertThat(findings).isEmpty();
            } else {
                assertThat(findings).hasSize(1);
                assertThat(findings.getFirst().status()).isEqualTo(status);
                assertThat(findings.getFirst().severity()).isEqualTo(severity);
            }
        }

        @Test
        void usesTheThresholdsOfTheTarget() {
            Target patient = Evaluating.target("shop", Map.of("blocking.degraded", 60.0, "blocking.unhealthy", 90.0));

            assertThat(Evaluating.evaluate(CHECK, queue(59, 1), patient)).isEmpty();
            Finding found = Evaluating.one(CHECK, queue(61, 1), patient);
            assertThat(found.threshold())
                    .isEqualTo("degraded from 60 s or 10 sessions that wait for over 1 s, "
                            + "unhealthy from 90 s or 50 sessions");
        }

        @Test
        void reportsNothingForOtherDatabases() {
            assertThat(Evaluating.evaluate(CHECK, queue(60, 3), Evaluating.target("elsewhere")))
                    .isEmpty();
        }

        @Test
        void describesTheRootAndTheAction() {
            Finding found = Evaluating.one(CHECK, queue(42, 3), SHOP);

            assertThat(found.title()).isEqualTo("sessions wait for locks");
            assertThat(found.observed())
                    .isEqualTo("3 sessions wait for a lock, the longest for 42 s, behind pid 1 (user app, application "
                            + "billing, idle in transaction for 65 s)");
            assertThat(found.sql()).isEqualTo("select pg_terminate_backend(1)");
            assertThat(found.evidence().getFirst()).containsEntry("pid", 1).containsEntry("blocked", 3);
            assertThat(found.evidence().get(1))
                    .containsEntry("blocked_by", List.of(1))
                    .containsEntry("relation", "public.orders")
                    .containsEntry("mode", "AccessShareLock");
        }

        @ParameterizedTest
        @CsvSource({
            "idle in transaction, client backend, select pg_terminate_backend(1), End the session",
            "idle in transaction (aborted), client backend, select pg_terminate_backend(1), End the session",
            "idle, client backend, select pg_terminate_backend(1), advisory",
            "active, client backend, select pg_cancel_backend(1), Cancel the statement",
            "active, autovacuum worker, select * from pg_stat_progress_vacuum where pid = 1, Wait",
            "'', '', , None",
            "disabled, client backend, select pg_terminate_backend(1), Turn track_activities on",
            "active, parallel worker, select pg_cancel_backend(1), Cancel the statement",
            "active, walsender, select * from pg_stat_activity where pid = 1, stop it where it is managed",
            "idle in transaction, walsender, select * from pg_stat_activity where pid = 1, stop it where it is managed",
            "active, pg_cron, select * from pg_stat_activity where pid = 1, stop it where it is managed",
            "'', logical replication worker, select * from pg_stat_activity where pid = 1, stop it where it is managed",
        })
        void proposesActionByTheRoot(String state, String backendType, String sql, String action) {
            Finding found = Evaluating.one(CHECK, locks(blocking(1, backendType, state), waiting(2, 60, 1)), SHOP);

            assertThat(found.sql()).isEqualTo(sql);
            assertThat(found.action()).contains(action);
        }

        @Test
        void quotesNameOfPreparedTransaction() {
            Finding found = Evaluating.one(
                    CHECK, locks(prepared("it's; drop \\ table", LockFaces.TABLE), waiting(2, 60, 0)), SHOP);

            assertThat(found.sql()).isEqualTo("rollback prepared E'it''s; drop \\\\ table'");
            assertThat(found.action()).contains("database shop");
        }

        @Test
        void reportsDeadlockWithoutStatement() {
            Finding found = Evaluating.one(CHECK, locks(waiting(1, 60, 2), waiting(2, 50, 1)), SHOP);

            assertThat(found.cause()).contains("circle");
            assertThat(found.sql()).isNull();
        }

        @Test
        void staysHealthyWhileOnlyAdvisoryLocksAreWaitedFor() {
            List<Participant> all = new ArrayList<>(List.of(holdingAdvisory(1)));
            IntStream.range(0, 60).forEach(i -> all.add(waitingForAdvisory(i + 2, 3600, 1)));

            Finding found = Evaluating.one(CHECK, Locks.of(all), SHOP);

            assertThat(found.key()).isEqualTo("blocking/advisory");
            assertThat(found.status()).isEqualTo(Status.HEALTHY);
            assertThat(found.observed()).startsWith("60 sessions wait for an advisory lock, the longest for 60 min");
            assertThat(RecordedMetrics.value(
                            RecordedMetrics.of(CHECK, Locks.of(all)), "pgvigil_blocking_advisory_waiting_sessions"))
                    .isEqualTo(60);
        }

        @Test
        void reportsNothingOfFewAdvisoryWaiters() {
            List<Participant> election = new ArrayList<>(List.of(holdingAdvisory(1)));
            IntStream.range(0, 9).forEach(i -> election.add(waitingForAdvisory(i + 2, 3600, 1)));
            assertThat(Evaluating.evaluate(CHECK, Locks.of(election), SHOP)).isEmpty();
            election.add(waitingForAdvisory(11, 3600, 1));
            assertThat(Evaluating.one(CHECK, Locks.of(election), SHOP).key()).isEqualTo("blocking/advisory");
        }

        @Test
        void reportsNothingOfShortAdvisoryWaits() {
            assertThat(Evaluating.evaluate(CHECK, locks(holdingAdvisory(1), waitingForAdvisory(2, 4.9, 1)), SHOP))
                    .isEmpty();
        }

        @Test
        void judgesAdvisoryWaitThatHoldsBackOthers() {
            Locks convoy = locks(holdingAdvisory(1), waitingForAdvisory(2, 100, 1), waiting(3, 31, 2));

            Finding found = Evaluating.one(CHECK, convoy, SHOP);

            assertThat(found.status()).isEqualTo(Status.UNHEALTHY);
            assertThat(found.observed()).startsWith("2 sessions wait for a lock, the longest for 100 s, behind pid 1");
        }

        @ParameterizedTest
        @CsvSource({"billing, , true", "bill*, app, true", ", app, true", "billing, other, false", "other, , false"})
        void leavesOutExemptedSessionsAndSaysWhy(
                @Nullable String application, @Nullable String role, boolean exempted) {
            Exemption exemption = new Exemption(
                    application == null ? null : new Glob(application),
                    role == null ? null : new Glob(role),
                    "nightly load");
            Target target = Evaluating.exempting(SHOP, Blocking.NAME, exemption);

            Finding found = Evaluating.one(CHECK, queue(60, 3), target);

            assertThat(found.status()).isEqualTo(exempted ? Status.HEALTHY : Status.UNHEALTHY);
            if (exempted) {
                assertThat(found.key()).isEqualTo("blocking/exempted");
                assertThat(found.observed()).isEqualTo("exempted: 3 sessions, nightly load");
            }
        }

        @Test
        void reportsNothingOfExemptedSessionsBelowTheThreshold() {
            Target target =
                    Evaluating.exempting(SHOP, Blocking.NAME, new Exemption(new Glob("*"), null, "nightly load"));

            assertThat(Evaluating.evaluate(CHECK, queue(4, 3), target)).isEmpty();
        }

        @Test
        void reportsLockQueueBehindWaitingDdl() {
            Finding found = Evaluating.one(
                    CHECK,
                    locks(
                            blocking(1, "active"),
                            waiting(2, 60, "AccessExclusiveLock", 1),
                            waiting(3, 50, 2),
                            waiting(4, 40, 2)),
                    SHOP);

            assertThat(found.title()).isEqualTo("lock queue behind a waiting AccessExclusiveLock");
            assertThat(found.observed())
                    .endsWith("; pid 2 waits for AccessExclusiveLock on public.orders, and 2 queue behind it");
            assertThat(found.sql()).isEqualTo("select pg_cancel_backend(2)");
        }

        @Test
        void reportsNoQueueWhenDdlWaitsAlone() {
            Finding found =
                    Evaluating.one(CHECK, locks(blocking(1, "active"), waiting(2, 60, "AccessExclusiveLock", 1)), SHOP);

            assertThat(found.title()).isEqualTo("sessions wait for locks");
        }

        @Test
        void pointsToThePrimaryWhenReplayIsTheRoot() {
            Finding found = Evaluating.one(CHECK, locks(replay(1, false), waiting(2, 60, 1)), SHOP);

            assertThat(found.observed()).endsWith(", behind pid 1 (startup)");
            assertThat(found.cause()).contains("a transaction on the primary");
            assertThat(found.sql()).contains("AccessExclusiveLock").doesNotContain("cancel");
        }

        @Test
        void proposesNoCancelWhenReplayWaits() {
            Finding found = Evaluating.one(CHECK, locks(replay(1, true), waiting(3, 40, 1)), SHOP);

            assertThat(found.observed()).endsWith("; replay waits for AccessExclusiveLock on public.orders");
            assertThat(found.cause()).contains("max_standby_streaming_delay");
            assertThat(found.sql()).endsWith("where l.granted and l.relation = 16384");
        }

        @Test
        void reportsTotalWhenNotAllWaitersWereRead() {
            Locks sample = Locks.sample(
                    List.of(blocking(1, "idle in transaction"), waiting(2, 60, 1)),
                    List.of(
                            new Blocking.Group("shop", "app", "billing", false, 620, 75, 615),
                            new Blocking.Group("other", "app", "", false, 3, 2, 3)));

            Finding found = Evaluating.one(CHECK, sample, SHOP);
            assertThat(found.observed())
                    .startsWith(
                            "620 sessions wait for a lock (shown: the 200 that wait longest), the longest for 75 s");
            assertThat(found.severity()).isEqualTo(Severity.CRITICAL);
            assertThat(RecordedMetrics.value(RecordedMetrics.of(CHECK, sample), "pgvigil_blocking_waiting_sessions"))
                    .isEqualTo(623);
        }

        @Test
        void boundsTheEvidence() {
            assertThat(Evaluating.one(CHECK, queue(60, 100), SHOP).evidence()).hasSize(EvidenceRow.MOST);
        }

        @Test
        void exportsGauges() {
            List<RecordedMetrics.Figure> figures = RecordedMetrics.of(CHECK, queue(12, 3));

            assertThat(RecordedMetrics.value(figures, "pgvigil_blocking_waiting_sessions"))
                    .isEqualTo(3);
            assertThat(RecordedMetrics.value(figures, "pgvigil_blocking_longest_wait_seconds"))
                    .isEqualTo(12);
            assertThat(RecordedMetrics.value(figures, "pgvigil_blocking_roots")).isEqualTo(1);
        }

        /** This many sessions that wait this long for one that is idle in transaction. */
        private static Locks queue(double seconds, int waiting) {
            List<Participant> all = new ArrayList<>(List.of(blocking(1, "idle in transaction")));
            IntStream.range(0, waiting).forEach(i -> all.add(waiting(i + 2, seconds, 1)));
            return Locks.of(all);
        }

        private static Locks locks(Participant... participants) {
            return Locks.of(List.of(participants));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void observesNothingWhenNothingWaits(int major) throws SQLException {
        try (Scene scene = new Scene(major)) {
            scene.clients.inTransaction("billing", "update orders set note = 'x' where id = 1");

            assertThat(scene.asking.collect(CHECK)).isEqualTo(Locks.NONE);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsRowsLockedByOpenTransactionUntilItEnds(int major) throws SQLException {
        try (Scene scene = new Scene(major)) {
            Client root = scene.clients.inTransaction("billing", "update orders set note = 'secret' where id = 1");
            int rootPid = root.pid();
            Client second = scene.clients.idle("second");
            int secondPid = second.pid();
            CompletableFuture<Void> ends = second.start("update orders set note = 'secret' where id = 1");
            Locks alone = scene.until(locks -> locks.waiting() == 1 && locks.longestSeconds() > 0.1);
            scene.clients.idle("third").begin("update orders set note = 'secret' where id = 1");
            Locks both = scene.until(locks -> locks.waiting() == 2);

            LockNode tree = alone.trees().getFirst();
            assertThat(tree.pid()).isEqualTo(rootPid);
            assertThat(tree.state()).isEqualTo("idle in transaction");
            assertThat(tree.applicationName()).isEqualTo("billing");
            assertThat(tree.query()).isEqualTo("update orders set note = ? where id = ?");
            assertThat(tree.transactionSeconds()).isPositive();
            LockNode waits = tree.blocks().getFirst();
            assertThat(waits.pid()).isEqualTo(secondPid);
            assertThat(waits.lockType()).isEqualTo("transactionid");
            assertThat(waits.mode()).isEqualTo("ShareLock");
            assertThat(waits.relation()).isEqualTo("public.orders");
            assertThat(waits.blockedBy()).containsExactly(rootPid);
            assertThat(both.trees()).hasSize(1);
            assertThat(both.trees().getFirst().blocked()).isEqualTo(2);
            assertThat(both.toString()).doesNotContain("secret");

            Finding found = scene.finding();
            assertThat(found.sql()).isEqualTo("select pg_terminate_backend(" + rootPid + ")");
            scene.server.sql(String.valueOf(found.sql()));
            assertThat(ends).succeedsWithin(Duration.ofSeconds(10));
            scene.clients.leave();
            scene.untilGone();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsReadersBehindDdlUntilItIsCancelled(int major) throws SQLException {
        try (Scene scene = new Scene(major)) {
            int reader = scene.clients
                    .inTransaction("report", "select * from orders")
                    .pid();
            Client ddl = scene.clients.idle("migration");
            int ddlPid = ddl.pid();
            CompletableFuture<Void> alter = ddl.start("alter table orders add column more text");
            scene.until(locks -> locks.waiting() == 1);
            CompletableFuture<Void> read = scene.clients.idle("shop").start("select * from orders");
            Locks locks = scene.until(now -> now.waiting() == 2 && now.longestSeconds() > 0.1);

            LockNode root = locks.trees().getFirst();
            assertThat(root.pid()).isEqualTo(reader);
            assertThat(root.mode()).isEqualTo("AccessShareLock");
            LockNode head = root.blocks().getFirst();
            assertThat(head.pid()).isEqualTo(ddlPid);
            assertThat(head.mode()).isEqualTo("AccessExclusiveLock");
            assertThat(head.headOfQueue()).isTrue();
            assertThat(head.blocks().getFirst().mode()).isEqualTo("AccessShareLock");

            Finding found = scene.finding();
            assertThat(found.title()).isEqualTo("lock queue behind a waiting AccessExclusiveLock");
            assertThat(found.observed()).contains("pid " + ddlPid + " waits for AccessExclusiveLock on public.orders");
            scene.server.sql(String.valueOf(found.sql()));
            assertThat(alter).failsWithin(Duration.ofSeconds(10));
            assertThat(read).succeedsWithin(Duration.ofSeconds(10));
            scene.untilGone();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsPreparedTransactionAsRootUntilItEnds(int major) throws SQLException {
        String gid = PgServer.unique("it's \\ \"gid\"");
        try (Scene scene = new Scene(major)) {
            scene.server.sqlIn(
                    scene.database,
                    "begin; lock table orders in exclusive mode; prepare transaction E'"
                            + gid.replace("\\", "\\\\").replace("'", "''") + "'");
            CompletableFuture<Void> ends = scene.clients.idle("shop").start("update orders set note = 'x'");
            Locks locks = scene.until(now -> now.waiting() == 1 && now.longestSeconds() > 0.1);

            LockNode root = locks.trees().getFirst();
            assertThat(root.pid()).isZero();
            assertThat(root.gid()).isEqualTo(gid);
            assertThat(root.datname()).isEqualTo(scene.database);
            assertThat(root.usename()).isEqualTo("postgres");
            assertThat(root.mode()).isEqualTo("ExclusiveLock");
            assertThat(root.blocked()).isEqualTo(1);

            Finding found = scene.finding();
            scene.server.sqlIn(scene.database, String.valueOf(found.sql()));
            assertThat(ends).succeedsWithin(Duration.ofSeconds(10));
            scene.untilGone();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void advisesOnAdvisoryLockOfIdleSession(int major) throws SQLException {
        try (Scene scene = new Scene(major)) {
            Client idle = scene.clients.idle("pooled");
            int pid = idle.pid();
            idle.run("select pg_advisory_lock(42)");
            scene.clients.idle("shop").begin("select pg_advisory_lock(42)");
            Locks locks = scene.until(now -> now.waiting() == 1 && now.longestSeconds() > 0.1);

            LockNode root = locks.trees().getFirst();
            assertThat(root.pid()).isEqualTo(pid);
            assertThat(root.state()).isEqualTo("idle");
            assertThat(root.blocks().getFirst().lockType()).isEqualTo("advisory");
            assertThat(root.blocks().getFirst().relation()).isNull();

            Finding found = scene.finding();
            assertThat(found.key()).isEqualTo("blocking/advisory");
            assertThat(found.status()).isEqualTo(Status.HEALTHY);
            assertThat(found.cause()).contains("advisory lock");
            assertThat(scene.server.value(String.valueOf(found.sql()))).isEqualTo(String.valueOf(pid));
            scene.clients.leave();
            scene.untilGone();
        }
    }

    /** A leader and its followers, until a follower blocks others from a table. */
    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsLeaderElectionOnlyWhenItHoldsBackOthers(int major) throws SQLException {
        try (Scene scene = new Scene(major)) {
            Target strict = Evaluating.target(
                    scene.database,
                    Map.of("blocking.degraded", 0.1, "blocking.unhealthy", 0.1, "blocking.advisory-waiters", 0.0));
            scene.clients.idle("leader").run("select pg_advisory_lock(7)");
            scene.clients.idle("follower-1").begin("select pg_advisory_lock(7)");
            Client second = scene.clients.inTransaction("follower-2", "lock table orders");
            second.begin("select pg_advisory_lock(7)");
            Locks election = scene.until(now -> now.waiting() == 2 && now.longestSeconds() > 0.2);
            assertThat(Evaluating.one(CHECK, election, strict).status()).isEqualTo(Status.HEALTHY);

            scene.clients.idle("shop").begin("select * from orders");
            Locks hurt = scene.until(now -> now.waiting() == 3
                    && now.groups().stream()
                            .anyMatch(group -> group.applicationName().equals("shop") && group.longestSeconds() > 0.2));

            List<Finding> findings = Evaluating.evaluate(CHECK, hurt, strict);
            assertThat(findings).extracting(Finding::key).containsExactly("blocking/waiting", "blocking/advisory");
            assertThat(findings.getFirst().status()).isEqualTo(Status.UNHEALTHY);
            assertThat(findings.getFirst().observed()).startsWith("2 sessions wait for a lock");
        }
    }

    /** Its state is not recorded: cancelling has no effect, because it runs no statement. */
    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void proposesWhatWorksWhenTheRootIsNotTracked(int major) throws SQLException {
        String role = PgServer.unique("untracked");
        try (Scene scene = new Scene(major)) {
            scene.server.sql(
                    "create role " + role + " login superuser", "alter role " + role + " set track_activities = off");
            Client root = scene.clients.idle("billing", role);
            root.run("begin", "update orders set note = 'x' where id = 1");
            CompletableFuture<Void> ends =
                    scene.clients.idle("second").start("update orders set note = 'y' where id = 1");
            scene.until(locks -> locks.waiting() == 1 && locks.longestSeconds() > 0.1);

            Finding found = scene.finding();

            assertThat(found.observed())
                    .endsWith("behind pid " + root.pid() + " (user " + role + ", application billing, state unknown)");
            assertThat(found.cause()).contains("track_activities is off");
            assertThat(found.evidence().getFirst())
                    .containsEntry("state", "disabled")
                    .doesNotContainKey("transaction_seconds");
            scene.server.sql(String.valueOf(found.sql()));
            assertThat(ends).succeedsWithin(Duration.ofSeconds(10));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void showsOidForRelationOfOtherDatabase(int major) throws SQLException {
        try (Scene scene = new Scene(major);
                Collecting elsewhere = Collecting.of(scene.server, "postgres")) {
            scene.clients.inTransaction("report", "lock table orders in share mode");
            scene.clients.idle("shop").begin("update orders set note = 'x'");
            scene.until(now -> now.waiting() == 1);
            LockNode waits =
                    elsewhere.collect(CHECK).trees().getFirst().blocks().getFirst();

            assertThat(waits.relation()).isNull();
            assertThat(String.valueOf(waits.relationOid()))
                    .isEqualTo(scene.server.valueIn(scene.database, "select 'orders'::regclass::oid"));
            assertThat(waits.datname()).isEqualTo(scene.database);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsDeadlockBeforeTheServerResolvesIt(int major) throws SQLException {
        try (Scene scene = new Scene(major)) {
            String patient = "set deadlock_timeout = '60s'";
            Client one = scene.clients.inTransaction("one", patient, "select pg_advisory_xact_lock(1)");
            Client two = scene.clients.inTransaction("two", patient, "select pg_advisory_xact_lock(2)");
            one.begin("select pg_advisory_xact_lock(2)");
            two.begin("select pg_advisory_xact_lock(1)");
            Locks locks = scene.until(now -> now.waiting() == 2 && now.longestSeconds() > 0.1);

            assertThat(locks.trees()).hasSize(1);
            assertThat(locks.trees().getFirst().waitingSeconds()).isPositive();
            assertThat(locks.trees().getFirst().blocked()).isEqualTo(1);
            assertThat(scene.finding().cause()).contains("circle");
        }
    }

    /** More than are read, so the server counts them. */
    @Test
    void countsAllWaitersBeyondTheBound() throws SQLException {
        int waiting = LockWaits.MOST_WAITING + 5;
        try (PgServer server = PgServer.start(PgServer.majors().getLast(), Map.of("max_connections", "240"));
                Clients clients = new Clients(server, "postgres");
                Collecting asking = Collecting.of(server, "postgres")) {
            clients.inTransaction("root", "select pg_advisory_xact_lock(7)");
            for (int i = 0; i < waiting; i++) {
                clients.idle("waiter").begin("select pg_advisory_xact_lock(7)");
            }
            Locks locks = await().atMost(Duration.ofSeconds(60))
                    .until(() -> asking.collect(CHECK), seen -> seen.waiting() == waiting);

            assertThat(locks.complete()).isFalse();
            assertThat(locks.databases()).extracting(Blocking.Waits::waiting).containsExactly(waiting);
            assertThat(locks.trees().getFirst().blocked()).isEqualTo(LockWaits.MOST_WAITING);
            assertThat(Evaluating.one(CHECK, locks, Evaluating.target("postgres", AT_ONCE))
                            .observed())
                    .startsWith("205 sessions wait for an advisory lock (shown: the 200 that wait longest)");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsReplayAsRootAndAsWaiter(int major) throws SQLException {
        Target target = Evaluating.target("postgres", AT_ONCE);
        try (PgServer primary = PgServer.start(major)) {
            primary.sql("create table orders (id int)");
            primary.server();
            try (PgServer standby = primary.standby();
                    Clients writers = new Clients(primary, "postgres");
                    Clients readers = new Clients(standby, "postgres");
                    Collecting asking = Collecting.of(standby.server("pgvigil", null), "postgres")) {
                Client ddl = writers.inTransaction("ddl", "lock table orders in access exclusive mode");
                primary.sql("create table more (id int)"); // its commit sends WAL written before
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> "1"
                                .equals(standby.value(
                                        "select count(*) from pg_locks where mode = 'AccessExclusiveLock'")));
                CompletableFuture<Void> read = readers.idle("report").start("select count(*) from orders");
                Finding behindReplay = found(asking, target);
                assertThat(behindReplay.observed()).contains("(startup)").doesNotContain("null");
                assertThat(behindReplay.cause()).contains("a transaction on the primary");
                assertThat(primary.value(String.valueOf(behindReplay.sql()))).isEqualTo(String.valueOf(ddl.pid()));
                ddl.connection().rollback();
                assertThat(read).succeedsWithin(Duration.ofSeconds(10));
                assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                        .isEmpty();

                Client holder = readers.inTransaction("holder", "select count(*) from orders");
                primary.sql("alter table orders add column note text");
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> "1".equals(standby.value("select count(*) from pg_locks where not granted")));
                CompletableFuture<Void> queued = readers.idle("queued").start("select count(*) from orders");
                Finding replayWaits = found(asking, target);
                assertThat(replayWaits.observed()).contains("; replay waits for AccessExclusiveLock on public.orders");
                assertThat(standby.value(String.valueOf(replayWaits.sql()))).isEqualTo(String.valueOf(holder.pid()));
                holder.connection().rollback();
                assertThat(queued).succeedsWithin(Duration.ofSeconds(10));
                assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                        .isEmpty();
            }
        }
    }

    private static Finding found(Collecting asking, Target target) {
        List<Finding> findings = await().atMost(Duration.ofSeconds(10))
                .until(() -> Evaluating.evaluate(CHECK, asking.collect(CHECK), target), all -> !all.isEmpty());
        return findings.getFirst();
    }

    /** A database with a table, an application's sessions in it, and pgvigil's. */
    private static final class Scene implements AutoCloseable {

        final PgServer server;
        final String database;
        final Clients clients;
        final Collecting asking;
        final Target target;

        Scene(int major) {
            server = PgServer.shared(major);
            database = server.newDatabase("shop");
            server.sqlIn(
                    database,
                    "create table orders (id int primary key, note text)",
                    "insert into orders values (1, 'a'), (2, 'b')");
            clients = new Clients(server, database);
            asking = Collecting.of(server, database);
            target = Evaluating.target(database, AT_ONCE);
        }

        /** The first observation that meets the condition. */
        Locks until(Predicate<Locks> so) {
            return await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> asking.collect(CHECK), so);
        }

        Finding finding() {
            return Evaluating.one(CHECK, asking.collect(CHECK), target);
        }

        void untilGone() {
            Locks gone = until(locks -> locks.waiting() == 0);
            assertThat(Evaluating.evaluate(CHECK, gone, target)).isEmpty();
        }

        @Override
        public void close() {
            clients.close();
            asking.close();
        }
    }
}
