package dev.pgvigil.check.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.capacity.ConnectionAggregator.Allowed;
import dev.pgvigil.check.capacity.ConnectionAggregator.Held;
import dev.pgvigil.check.capacity.ConnectionUsage.Group;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.ConnectionStorm;
import dev.pgvigil.testing.HangingLogins;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ConnectionsTest {

    private static final Connections CHECK = new Connections();
    private static final Target SHOP = Evaluating.target("shop");

    /** 1000 slots: 3 for superusers, 7 for roles with the grant, so 990 for ordinary roles. */
    private static final Allowed ALLOWED = new Allowed(1000, 3, 7, Map.of("shop", -1, "empty", -1));

    @Nested
    class Judges {

        @ParameterizedTest
        @CsvSource({
            "791, , , optimal",
            "792, DEGRADED, MEDIUM, moderate",
            "841, DEGRADED, MEDIUM, moderate",
            "842, DEGRADED, HIGH, high",
            "940, DEGRADED, HIGH, high",
            "941, UNHEALTHY, CRITICAL, high",
            "990, UNHEALTHY, CRITICAL, high",
            "1000, UNHEALTHY, CRITICAL, high",
        })
        void reportsByUtilization(int used, Status status, Severity severity, String health) {
            ConnectionUsage usage = usage(held("shop", "app", "web", SessionState.ACTIVE, used));

            List<Finding> findings = Evaluating.evaluate(CHECK, usage, SHOP);

            assertThat(usage.poolHealth().json()).isEqualTo(health);
            if (status == null) {
                assertThat(findings).isEmpty();
            } else {
                assertThat(findings).extracting(Finding::key).containsExactly("connections/saturation");
                assertThat(findings.getFirst().status()).isEqualTo(status);
                assertThat(findings.getFirst().severity()).isEqualTo(severity);
            }
        }

        @Test
        void usesTheThresholdsOfTheTarget() {
            Target strict =
                    Evaluating.target("shop", Map.of("connections.degraded", 0.4, "connections.unhealthy", 0.5));

            Finding found = Evaluating.one(CHECK, usage(held("shop", "app", "web", SessionState.ACTIVE, 500)), strict);

            assertThat(found.status()).isEqualTo(Status.UNHEALTHY);
            assertThat(found.threshold())
                    .isEqualTo("degraded from 40 %, high from 85 %, at capacity from 50 % of max_connections 1000 less "
                            + "10 reserved");
        }

        @Test
        void describesTheHolders() {
            Finding found = Evaluating.one(
                    CHECK,
                    usage(
                            held("shop", "app", "web", SessionState.IDLE, 700),
                            held("shop", "app", "web", SessionState.ACTIVE, 50),
                            held("shop", "jobs", "worker", SessionState.IDLE_IN_TRANSACTION, 60)),
                    SHOP);

            assertThat(found.observed())
                    .isEqualTo("810 of 990 slots for ordinary roles are in use (81.8 %): 700 idle, 60 idle in "
                            + "transaction, 50 active");
            assertThat(found.cause())
                    .contains("hold more connections than they use")
                    .contains("'web': 750 sessions");
            assertThat(found.evidence().getFirst())
                    .isEqualTo(Map.of(
                            "application_name",
                            "web",
                            "sessions",
                            750,
                            "active",
                            50,
                            "idle",
                            700,
                            "idle_in_transaction",
                            0));
            assertThat(found.evidence()).extracting(Map::keySet).anyMatch(keys -> keys.contains("usename"));
            assertThat(found.sql()).contains("state like 'idle%'");
        }

        @ParameterizedTest
        @CsvSource({
            "IDLE_IN_TRANSACTION, left open",
            "IDLE_IN_TRANSACTION_ABORTED, left open",
            "IDLE, more connections than they use",
            "ACTIVE, active at the same time",
            "STARTING, have not finished logging in",
            "DISABLED, track_activities is off",
            "UNKNOWN, pg_monitor is not granted",
        })
        void findsCauseByTheStatesOfSessions(SessionState state, String cause) {
            Finding found = Evaluating.one(CHECK, usage(held("shop", "app", "web", state, 900)), SHOP);

            assertThat(found.cause()).contains(cause);
        }

        @ParameterizedTest
        @CsvSource({"7, 0", "8, 1", "10, 1"})
        void reportsDatabaseNearItsLimit(int used, int findings) {
            Allowed limited = new Allowed(1000, 3, 0, Map.of("shop", 10, "other", 10));
            ConnectionUsage usage = new ConnectionAggregator(
                            List.of(
                                    held("shop", "app", "web", SessionState.IDLE, used),
                                    held("other", "app", "web", SessionState.IDLE, 10)),
                            limited,
                            1)
                    .usage();

            assertThat(Evaluating.evaluate(CHECK, usage, SHOP))
                    .hasSize(findings)
                    .allMatch(finding -> finding.key().equals("connections/database-limit"));
        }

        @Test
        void reportsRoleNearItsLimitWhereItHasSessions() {
            ConnectionUsage usage = usage(
                    new Held("shop", "full", "web", SessionState.IDLE, 20, 20),
                    new Held("shop", "half", "web", SessionState.IDLE, 10, 20),
                    new Held("shop", "only", "web", SessionState.IDLE, 1, 1),
                    new Held("shop", "none", "web", SessionState.IDLE, 0, 0),
                    new Held("other", "near", "web", SessionState.IDLE, 9, 10));

            Finding found = Evaluating.one(CHECK, usage, SHOP);

            assertThat(found.key()).isEqualTo("connections/role-limits");
            assertThat(found.observed()).startsWith("1 role is near the limit; role full has 20 of 20 sessions open");
            assertThat(Evaluating.one(CHECK, usage, Evaluating.target("other")).observed())
                    .contains("role near has 9 of 10");
            assertThat(Evaluating.evaluate(CHECK, usage, Evaluating.target("third")))
                    .isEmpty();
        }
    }

    @Nested
    class Sums {

        @Test
        void exportsEveryStateOfEveryDatabase() {
            ConnectionUsage usage = usage(held("shop", "app", "web", SessionState.ACTIVE, 2));

            assertThat(usage.byState()).containsOnlyKeys(SessionState.values());
            assertThat(usage.databases()).extracting(Group::name).containsExactly("shop", "empty");
            List<RecordedMetrics.Figure> figures = RecordedMetrics.of(CHECK, usage);
            assertThat(RecordedMetrics.value(figures, "pgvigil_connections", "datname", "shop", "state", "active"))
                    .isEqualTo(2);
            assertThat(RecordedMetrics.value(
                            figures, "pgvigil_connections", "datname", "empty", "state", "idle in transaction"))
                    .isZero();
            assertThat(RecordedMetrics.value(figures, "pgvigil_connections_limit"))
                    .isEqualTo(990);
            assertThat(RecordedMetrics.value(figures, "pgvigil_connections_max"))
                    .isEqualTo(1000);
            assertThat(RecordedMetrics.value(figures, "pgvigil_connections_utilization_ratio"))
                    .isEqualTo(2 / 990.0);
        }

        @Test
        void countsReservedSlotsInUse() {
            ConnectionUsage usage = usage(
                    held("shop", "app", "web", SessionState.IDLE, 900),
                    held("shop", "app", "web", SessionState.ACTIVE, 94));

            assertThat(usage.checkedOut()).isEqualTo(994);
            assertThat(usage.utilizationPercent()).isEqualTo(100.4);
            assertThat(usage.overflowAnalysis()).isEqualTo(new ConnectionUsage.Overflow(0, 10, 4, 900));
            assertThat(usage.recommendation()).startsWith("Make room: 0 of 990");
        }
    }

    @Property(tries = 200)
    void boundsGroupsWithoutLosingSessions(@ForAll @IntRange(max = 300) int names, @ForAll boolean unknown) {
        List<Held> held = new ArrayList<>();
        IntStream.range(0, names)
                .forEach(i -> held.add(
                        new Held("db" + i, "role" + i, "app" + i, SessionState.IDLE, 1 + i % 3, i == 0 ? 2 : null)));
        if (unknown) {
            held.add(new Held(null, null, null, SessionState.UNKNOWN, 7, null));
        }
        int all = held.stream().mapToInt(Held::sessions).sum();

        ConnectionUsage usage = usage(held.toArray(Held[]::new));

        assertThat(usage.checkedOut()).isEqualTo(all);
        assertThat(usage.byState().values().stream().mapToInt(n -> n).sum()).isEqualTo(all);
        assertThat(usage.databases()).hasSizeLessThanOrEqualTo(ConnectionAggregator.MOST_DATABASES + 1);
        assertThat(usage.roles()).hasSizeLessThanOrEqualTo(ConnectionAggregator.MOST_ROLES + 1);
        assertThat(usage.applications()).hasSizeLessThanOrEqualTo(ConnectionAggregator.MOST_APPLICATIONS + 1);
        for (List<Group> groups : List.of(usage.databases(), usage.roles(), usage.applications())) {
            assertThat(groups.stream().mapToInt(Group::sessions).sum()).isEqualTo(all);
            assertThat(groups.stream().filter(group -> group.name() == null).count())
                    .isLessThanOrEqualTo(1);
        }
        assertThat(usage.roles().stream().anyMatch(group -> "role0".equals(group.name())))
                .as("a role near its limit stays, however few its sessions are")
                .isEqualTo(names > 0);
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsFullServerUntilSlotsAreFree(int major) {
        Map<String, String> settings = major >= 16
                ? Map.of("max_connections", "34", "reserved_connections", "4")
                : Map.of("max_connections", "30");
        try (PgServer server = PgServer.start(major, settings);
                Collecting asking = Collecting.of(server, "postgres")) {
            Target target = Evaluating.target("postgres");
            assertThat(asking.collect(CHECK).poolSize()).isEqualTo(27);
            try (ConnectionStorm storm = server.fillConnections(22)) {
                ConnectionUsage high = asking.collect(CHECK);
                assertThat(storm.size()).isEqualTo(22);
                assertThat(high.checkedOut()).isEqualTo(23);
                assertThat(high.ownSessions()).isEqualTo(1);
                assertThat(high.applications().getFirst().name()).isEqualTo("storm");
                assertThat(high.applications().getFirst().in(SessionState.IDLE)).isEqualTo(22);
                Finding found = Evaluating.one(CHECK, high, target);
                assertThat(found.severity()).isEqualTo(Severity.HIGH);
                assertThat(found.observed()).startsWith("23 of 27 slots for ordinary roles are in use (85.2 %)");
            }
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> Evaluating.evaluate(CHECK, asking.collect(CHECK), target)
                            .isEmpty());
            try (ConnectionStorm storm = server.fillConnections()) {
                assertThat(storm.size()).isEqualTo(26);
                Finding found = Evaluating.one(CHECK, asking.collect(CHECK), target);
                assertThat(found.status()).isEqualTo(Status.UNHEALTHY);
            }
        }
    }

    /** Their clients send a startup packet and never answer the password request. */
    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void countsConnectionsThatHangInAuthentication(int major) {
        try (PgServer server = PgServer.start(major, Map.of("max_connections", "40"))) {
            server.monitorRole("pgvigil", "unused");
            server.hba("host all pgvigil 127.0.0.1/32 trust", "host all all 127.0.0.1/32 scram-sha-256");
            server.sql("create role guest login password 'secret'");
            Target target = Evaluating.target("postgres");
            try (Collecting asking = Collecting.of(server.server("pgvigil", null), "postgres")) {
                try (HangingLogins logins = HangingLogins.of(server, "guest", 36)) {
                    ConnectionUsage full = asking.collect(CHECK);

                    assertThat(full.in(SessionState.STARTING)).isEqualTo(36);
                    assertThat(full.checkedOut()).isEqualTo(37);
                    assertThat(full.recommendation())
                            .startsWith("Make room: 0 of 37")
                            .contains("36 are still logging in");
                    Finding found = Evaluating.one(CHECK, full, target);
                    assertThat(found.status()).isEqualTo(Status.UNHEALTHY);
                    assertThat(found.observed()).endsWith("36 still logging in");
                    assertThat(found.cause()).contains("authentication_timeout");
                    assertThat(server.value("select count(*) from (" + found.sql() + ") l"))
                            .isEqualTo("36");
                    assertThat(logins.size()).isEqualTo(36);
                }
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> Evaluating.evaluate(CHECK, asking.collect(CHECK), target)
                                .isEmpty());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsLimitsOfRolesAndDatabasesUntilSessionsEnd(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        String role = PgServer.unique("app");
        server.sql(
                "create role " + role + " login connection limit 4",
                "alter database " + database + " connection limit 6");
        Target target = Evaluating.target(database);
        try (Clients clients = new Clients(server, database);
                Collecting asking = Collecting.of(server, "postgres")) {
            for (int i = 0; i < 4; i++) {
                clients.idle("web", role);
            }
            assertThat(Evaluating.one(CHECK, asking.collect(CHECK), target).observed())
                    .contains("role " + role + " has 4 of 4 sessions open (100 %), 4 idle");
            clients.idle("web");
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                    .extracting(Finding::key)
                    .containsExactly("connections/database-limit", "connections/role-limits");
            clients.leave();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> Evaluating.evaluate(CHECK, asking.collect(CHECK), target)
                            .isEmpty());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void countsSessionsInUnknownStateWithoutPgMonitor(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        String role = PgServer.unique("blind");
        server.sql("create role " + role + " login");
        try (Clients clients = new Clients(server, database);
                Collecting blind = Collecting.of(server.server(role, null), database);
                Collecting seeing = Collecting.of(server, database)) {
            clients.inTransaction("web", "select 1");

            Group blindly = group(blind.collect(CHECK).applications(), "web");
            Group rightly = group(seeing.collect(CHECK).applications(), "web");

            assertThat(blindly.sessions()).isEqualTo(1);
            assertThat(blindly.in(SessionState.UNKNOWN)).isEqualTo(1);
            assertThat(rightly.in(SessionState.IDLE_IN_TRANSACTION)).isEqualTo(1);
            assertThat(blind.collect(CHECK).checkedOut())
                    .isEqualTo(seeing.collect(CHECK).checkedOut());
        }
    }

    private static Group group(List<Group> groups, String name) {
        return groups.stream()
                .filter(group -> name.equals(group.name()))
                .findFirst()
                .orElseThrow();
    }

    private static Held held(
            @Nullable String database, String role, String application, SessionState state, int sessions) {
        return new Held(database, role, application, state, sessions, -1);
    }

    private static ConnectionUsage usage(Held... held) {
        return new ConnectionAggregator(List.of(held), ALLOWED, 1).usage();
    }
}
