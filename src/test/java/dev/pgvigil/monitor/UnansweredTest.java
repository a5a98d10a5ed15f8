package dev.pgvigil.monitor;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.activity.Conflicts;
import dev.pgvigil.check.activity.LongWork;
import dev.pgvigil.check.capacity.Connections;
import dev.pgvigil.check.server.Databases;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import dev.pgvigil.testing.PgServer;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A check that fails on a reachable server is reported, whatever the reason. */
class UnansweredTest {

    /** Runs in each database, and in a separate session in all but one. */
    private record Inside(String sql, Duration interval) implements Check<Long> {

        @Override
        public Policy policy() {
            return Policy.every(interval);
        }

        Inside(String sql) {
            this(sql, Duration.ofMillis(200));
        }

        @Override
        public String name() {
            return "inside";
        }

        @Override
        public Scope scope() {
            return Scope.DATABASE;
        }

        @Override
        public Uni<Long> collect(Session session) {
            return session.row(sql, row -> row.getLong("number"));
        }

        @Override
        public List<Finding> evaluate(Long now, Previous<Long> past, Target target) {
            return List.of();
        }
    }

    /** pg_monitor does not include privileges that all roles have by default. */
    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsMissingPermissionUntilItIsGranted(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        List<Check<?>> checks =
                List.of(new Heartbeat(), new Databases(), new Connections(), new Conflicts(), new LongWork());
        try (Monitoring monitoring = Monitoring.with(checks, frequent(server.target("shop", database), checks))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            assertThat(monitoring.state("shop").findings()).isEmpty();

            server.sqlIn(database, "revoke select on pg_database from public");

            for (String check : List.of("databases", "connections", "conflicts", "long-work")) {
                Finding found = monitoring.awaitFinding("shop", check + "/unanswered");
                assertThat(found.status()).isEqualTo(Status.DEGRADED);
                assertThat(found.observed()).isEqualTo("permission denied for table pg_database");
                assertThat(found.action()).contains("Grant it to pgvigil");
            }

            server.sqlIn(database, "grant select on pg_database to pgvigil");

            monitoring.awaitStatus("shop", Status.HEALTHY);
            assertThat(monitoring.state("shop").findings()).isEmpty();
        }
    }

    @Test
    void closesFailureFindingSoonDespiteLongInterval() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        String awaited = PgServer.unique("awaited");
        Inside seldom = new Inside(
                "select 1 / count(*) as number from pg_database where datname = '" + awaited + "'",
                Duration.ofHours(1));
        try (Monitoring monitoring =
                Monitoring.with(List.of(new Heartbeat(), seldom), server.target("shop", "postgres"))) {
            monitoring.awaitFinding("shop", "inside/unanswered");

            server.createDatabase(awaited);

            monitoring.awaitNoFinding("shop", "inside/unanswered");
        }
    }

    @Test
    void closesFailureFindingWhenCheckIsSkipped() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        String database = server.newDatabase("shop");
        String role = PgServer.unique("watcher");
        server.monitorRole(role, "secret");
        Target shop = Target.of("shop", server.server(role, "secret"), database);
        List<Check<?>> checks = List.of(new Heartbeat(), new LongWork());
        try (Monitoring monitoring = Monitoring.with(checks, frequent(shop, checks))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            server.sqlIn(database, "revoke select on pg_database from public");
            monitoring.awaitFinding("shop", "long-work/unanswered");

            server.sql("revoke pg_monitor from " + role);
            server.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = '" + role + "'");

            monitoring.awaitNoFinding("shop", "long-work/unanswered");
        }
    }

    @Test
    void reportsCheckWithoutSessionWhileSharedSessionIsOpen() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        String role = PgServer.unique("watcher");
        server.monitorRole(role, "secret");
        server.sql("alter role " + role + " connection limit 1");
        String other = server.newDatabase("other");
        try (Monitoring monitoring = Monitoring.with(
                List.of(new Heartbeat(), new Inside("select 1::int8 as number")),
                Target.of("a", server.server(role, "secret"), "postgres"),
                Target.of("other", server.server(role, "secret"), other))) {
            Finding found = monitoring.awaitFinding("other", "inside/unanswered");
            assertThat(found.observed()).isEqualTo("too many connections for role \"" + role + "\"");
            assertThat(found.cause()).contains("The role's connection limit is reached");
            assertThat(monitoring.finding("a", "inside/unanswered")).isNull();

            server.sql("alter role " + role + " connection limit 8");

            monitoring.awaitNoFinding("other", "inside/unanswered");
        }
    }

    @Test
    void reportsCheckThatCannotReadItsRowsAsDefect() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        Target shop = server.target("shop", "postgres");
        try (Monitoring monitoring =
                Monitoring.with(List.of(new Heartbeat(), new Inside("select 1::int8 as numero")), shop)) {
            Finding found = monitoring.awaitFinding("shop", "inside/unanswered");
            assertThat(found.observed()).isEqualTo("the check itself failed: NoSuchElementException");
            assertThat(found.action()).contains("Report a defect");
            assertThat(monitoring.link(shop.server()).abandoned()).isZero();
        }
    }

    /** The heartbeat reports why pgvigil cannot connect to the server. */
    @ParameterizedTest
    @EnumSource(Reason.class)
    void reportsConnectionFailureOnlyOnce(Reason reason) {
        Target shop = SceneTargets.named("shop");
        Failure failure = Failure.of(reason, "it failed");
        ScheduledCheck<Long> run = new ScheduledCheck<>(new Inside("select 1"), null, 0, new MemoryBudget(0));
        Outcome<Long> outcome = new Outcome.Failed<>(Instant.EPOCH, Duration.ZERO, failure, null);

        assertThat(Evaluator.evaluate(run, outcome, shop, true)).isEmpty(); // one failure is not enough
        run.failed(failure);

        assertThat(Evaluator.evaluate(run, outcome, shop, true))
                .hasSize(1)
                .allMatch(result -> result.findings().size() == 1);
        assertThat(Evaluator.evaluate(run, outcome, shop, false)).hasSize(reason.keepsOut() ? 0 : 1);
    }

    private static Target frequent(Target target, List<Check<?>> checks) {
        CheckSetting often = new CheckSetting(true, Duration.ofMillis(500));
        return new Target(
                target.name(),
                target.server(),
                target.database(),
                "",
                ExpectedRole.ANY,
                Map.of(),
                Thresholds.DEFAULTS,
                checks.stream().collect(toMap(Check::name, check -> often)),
                null);
    }
}
