package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.capacity.Connections;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.Blackhole;
import dev.pgvigil.testing.ClosedPort;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.TcpProxy;
import dev.pgvigil.testing.UnresponsiveServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Detection of server failures, and their effect on other targets. */
class FaultsTest {

    private static final int NEWEST = PgServer.majors().getLast();

    static List<Integer> majors() {
        return PgServer.majors();
    }

    @ParameterizedTest
    @MethodSource("majors")
    void detectsKilledServerAndItsRecovery(int major) {
        try (PgServer server = PgServer.start(major);
                Monitoring monitoring = Monitoring.over(server.target("shop", "postgres"))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            Instant killed = Instant.now();
            server.kill();
            monitoring.awaitStatus("shop", Status.UNHEALTHY);
            assertTold(monitoring, killed, 2);
            assertThat(monitoring.awaitFinding("shop", "heartbeat/unreachable").title())
                    .isEqualTo("no connection");
            server.restart();
            Instant back = Instant.now();
            monitoring.awaitStatus("shop", Status.HEALTHY);
            assertTold(monitoring, back, 2);
            assertThat(monitoring.finding("shop", "heartbeat/unreachable")).isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void detectsFrozenServerDropsItsConnectionAndDetectsRecovery(int major) {
        try (PgServer server = PgServer.start(major);
                Monitoring monitoring = Monitoring.over(server.target("shop", "postgres"))) {
            Server watched = server.server();
            monitoring.awaitStatus("shop", Status.HEALTHY);
            Instant frozen = Instant.now();
            server.freeze();
            Finding found = monitoring.awaitFinding("shop", "heartbeat/unreachable");
            assertThat(found.title()).isEqualTo("no answer");
            assertTold(monitoring, frozen, 3);
            assertThat(monitoring.link(watched).abandoned()).isPositive();
            Instant thawed = Instant.now();
            server.thaw();
            monitoring.awaitStatus("shop", Status.HEALTHY);
            assertTold(monitoring, thawed, 2);
        }
    }

    /** The documented number of seconds, which the benchmarks measure; doubled here for busy machines. */
    private static void assertTold(Monitoring monitoring, Instant since, int seconds) {
        Instant reportedAt = monitoring.changes().stream()
                .filter(FleetEvent.StatusChanged.class::isInstance)
                .toList()
                .getLast()
                .at();
        assertThat(Duration.between(since, reportedAt)).isLessThan(Duration.ofSeconds(2L * seconds));
    }

    @Test
    void limitsConnectionAttemptsToFrozenServer() {
        try (PgServer server = PgServer.start(NEWEST);
                TcpProxy proxy = TcpProxy.before(server);
                Monitoring monitoring = Monitoring.over(Target.of("shop", plain(proxy.port()), "postgres"))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            int before = proxy.accepted();
            int logins = proxy.logins();
            long paused = System.nanoTime();
            proxy.pause();
            monitoring.awaitStatus("shop", Status.UNHEALTHY);
            await().during(Duration.ofSeconds(4)).atMost(Duration.ofSeconds(20)).until(() -> true);
            int attempts = proxy.logins() - logins;
            assertThat(attempts).isBetween(1, 4);
            // Besides, a request for TLS each second, whose answer would tell that the server is back.
            assertThat(proxy.accepted() - before - attempts).isBetween(1, (int)
                    Duration.ofNanos(System.nanoTime() - paused).toSeconds());
            proxy.resume();
            monitoring.awaitStatus("shop", Status.HEALTHY);
        }
    }

    @Test
    void distinguishesMuteRefusingAndSilentAddresses() {
        try (UnresponsiveServer mute = UnresponsiveServer.start();
                ClosedPort refusing = ClosedPort.start();
                Blackhole blackhole = Blackhole.start();
                Monitoring monitoring = Monitoring.over(
                        Target.of("mute", at(mute.port()), "postgres"),
                        Target.of("refusing", at(refusing.port()), "postgres"),
                        Target.of("silent", at(blackhole.port()), "postgres"))) {
            assertThat(monitoring.awaitFinding("mute", "heartbeat/unreachable").title())
                    .isEqualTo("no answer");
            assertThat(monitoring
                            .awaitFinding("refusing", "heartbeat/unreachable")
                            .title())
                    .isEqualTo("no connection");
            assertThat(monitoring
                            .awaitFinding("silent", "heartbeat/unreachable")
                            .title())
                    .isEqualTo("no answer");
        }
    }

    @Test
    void reportsWrongPasswordWithoutShowingIt() {
        try (PgServer server = PgServer.start(NEWEST)) {
            server.monitorRole("vigil", "right-one");
            server.demandPassword();
            try (Monitoring monitoring =
                    Monitoring.over(Target.of("shop", server.server("vigil", "wrong-one"), "postgres"))) {
                Finding found = monitoring.awaitFinding("shop", "heartbeat/unreachable");
                assertThat(found.title()).isEqualTo("login refused");
                assertThat(found.toString()).doesNotContain("wrong-one");
                monitoring.follow(Target.of("shop", server.server("vigil", "right-one"), "postgres"));
                monitoring.awaitStatus("shop", Status.HEALTHY);
            }
        }
    }

    @Test
    void detectsServerOutOfConnectionsAndUsesReservedSlots() {
        try (PgServer server = PgServer.start(NEWEST, Map.of("max_connections", "20", "reserved_connections", "2"))) {
            server.monitorRole("vigil", "secret");
            server.sql("revoke pg_use_reserved_connections from vigil");
            Target shop = Target.of("shop", server.server("vigil", "secret"), "postgres");
            try (var clients = server.fillConnections();
                    Monitoring monitoring = Monitoring.over(shop)) {
                assertThat(clients.size()).isPositive();
                assertThat(monitoring
                                .awaitFinding("shop", "heartbeat/unreachable")
                                .title())
                        .isEqualTo("out of connections");
                try (var superuser = server.jdbc("postgres");
                        var statement = superuser.createStatement()) {
                    statement.execute("grant pg_use_reserved_connections to vigil");
                }
                monitoring.awaitStatus("shop", Status.HEALTHY);
            } catch (java.sql.SQLException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void reportsPrimaryRoleAfterPromotion() {
        try (PgServer primary = PgServer.start(NEWEST);
                PgServer standby = primary.standby()) {
            Target replica = new Target(
                    "replica",
                    standby.server("postgres", null),
                    "postgres",
                    "",
                    ExpectedRole.REPLICA,
                    Map.of(),
                    dev.pgvigil.target.Thresholds.DEFAULTS,
                    Map.of(),
                    null);
            try (Monitoring monitoring = Monitoring.over(replica)) {
                monitoring.awaitStatus("replica", Status.HEALTHY);
                standby.promote();
                Finding found = monitoring.awaitFinding("replica", "heartbeat/role");
                assertThat(found.threshold()).isEqualTo("role replica");
                assertThat(monitoring.changes()).anyMatch(FleetEvent.RoleChanged.class::isInstance);
            }
        }
    }

    @Test
    void replacesLostSessionWithoutStatusChange() {
        try (PgServer server = PgServer.start(NEWEST);
                Monitoring monitoring = Monitoring.over(server.target("shop", "postgres"))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            long before = monitoring.link(server.server()).connects();
            server.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgvigil'");
            monitoring.awaitLink(server.server(), link -> link.connects() > before);
            monitoring.awaitStatus("shop", Status.HEALTHY);
            assertThat(monitoring.changes())
                    .noneMatch(change -> change instanceof FleetEvent.StatusChanged to && to.to() == Status.UNHEALTHY);
        }
    }

    @Test
    void reportsDroppedDatabaseWhileServerStaysHealthy() {
        try (PgServer server = PgServer.start(NEWEST)) {
            String database = server.newDatabase("gone");
            try (Monitoring monitoring =
                    Monitoring.over(server.target("gone", database), server.target("kept", "postgres"))) {
                monitoring.awaitStatus("gone", Status.HEALTHY);
                server.sql("drop database \"" + database + "\" with (force)");
                monitoring.follow(server.target("gone", database), server.target("kept", "postgres"));
                Finding found = monitoring.awaitFinding("gone", "databases/missing");
                assertThat(found.action()).contains("gone");
                monitoring.awaitStatus("kept", Status.HEALTHY);
            }
        }
    }

    @Test
    void deadTargetDoesNotAffectTwoHundredOthers() {
        try (PgServer server = PgServer.start(NEWEST, Map.of("max_connections", "300"));
                UnresponsiveServer mute = UnresponsiveServer.start()) {
            List<Target> targets = new ArrayList<>();
            server.sql("do $$ begin for i in 0..198 loop execute 'create role t' || i || ' login'; end loop; end $$");
            for (int i = 0; i < 199; i++) {
                // A user of its own makes each a server of its own.
                Server alone = server.server("t" + i, null);
                targets.add(Target.of("t" + i, alone, "postgres"));
            }
            targets.add(Target.of("dead", at(mute.port()), "postgres"));
            try (Monitoring monitoring = Monitoring.over(targets.toArray(Target[]::new))) {
                monitoring.awaitFinding("dead", "heartbeat/unreachable");
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> targets.stream()
                                .limit(199)
                                .allMatch(target -> monitoring.status(target.name()) == Status.HEALTHY));
                monitoring.changes().clear();
                await().during(Duration.ofSeconds(3))
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> true);
                assertThat(monitoring.changes()).noneMatch(FleetEvent.StatusChanged.class::isInstance);
                assertThat(monitoring.changes())
                        .filteredOn(FleetEvent.Beat.class::isInstance)
                        .hasSizeGreaterThan(199 * 3);
            }
        }
    }

    /** One failed heartbeat is not enough: the server may have stalled briefly. */
    @Test
    void serverThatStallsBrieflyStaysHealthy() throws InterruptedException {
        try (PgServer server = PgServer.start(NEWEST);
                Monitoring monitoring = Monitoring.over(server.target("shop", "postgres"))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            monitoring.changes().clear();
            for (int round = 0; round < 4; round++) {
                Instant seen = beatAfter(monitoring, Instant.now());
                Thread.sleep(Duration.ofMillis(400)); // the next heartbeat starts soon after the server has stopped
                server.freeze();
                Thread.sleep(Duration.ofMillis(1250));
                server.thaw();
                beatAfter(monitoring, seen.plusMillis(1700));
            }
            assertThat(monitoring.link(server.server()).abandoned()).isPositive();
            assertThat(monitoring.changes()).noneMatch(FleetEvent.StatusChanged.class::isInstance);
        }
    }

    private static Instant beatAfter(Monitoring monitoring, Instant moment) {
        return await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(
                        () -> monitoring.changes().stream()
                                .filter(change -> change instanceof FleetEvent.Beat beat && beat.answered())
                                .map(FleetEvent::at)
                                .filter(at -> at.isAfter(moment))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    @Test
    void connectsToServerWhileThreeHundredAreUnreachable() {
        try (PgServer server = PgServer.start(NEWEST);
                Blackhole blackhole = Blackhole.start()) {
            List<Target> targets = new ArrayList<>(List.of(server.target("shop", "postgres")));
            for (int i = 0; i < 300; i++) {
                // A user of its own makes each a server of its own.
                Server alone = new Server("127.0.0.1", blackhole.port(), "u" + i, null, Tls.PREFER);
                targets.add(Target.of("dead" + i, alone, "postgres"));
            }
            try (Monitoring monitoring = Monitoring.over(targets.toArray(Target[]::new))) {
                monitoring.awaitStatus("shop", Status.HEALTHY);
                monitoring.awaitStatus("dead299", Status.UNHEALTHY);
                monitoring.changes().clear();
                for (int round = 0; round < 4; round++) {
                    long before = monitoring.link(server.server()).connects();
                    server.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name ="
                            + " 'pgvigil'");
                    monitoring.awaitLink(server.server(), link -> link.connects() > before);
                    beatAfter(monitoring, Instant.now());
                }
                assertThat(monitoring.changes())
                        .noneMatch(
                                change -> change instanceof FleetEvent.StatusChanged && "shop".equals(change.target()));
            }
        }
    }

    @Test
    void marksOutcomesFailedWhileServerIsDown() {
        try (PgServer server = PgServer.start(NEWEST)) {
            Target shop = frequent(server.target("shop", "postgres"), "connections");
            try (Monitoring monitoring = Monitoring.with(List.of(new Heartbeat(), new Connections()), shop)) {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> outcome(monitoring, shop) instanceof Outcome.Observed<?>);
                server.kill();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> outcome(monitoring, shop) instanceof Outcome.Failed<?>);
                assertThat(monitoring.state("shop").findings())
                        .extracting(Finding::check)
                        .containsOnly("heartbeat");
                server.restart();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> outcome(monitoring, shop) instanceof Outcome.Observed<?>);
            }
        }
    }

    private static @Nullable Outcome<?> outcome(Monitoring monitoring, Target target) {
        ServerState state = monitoring.fleet().snapshot().servers().get(target.server());
        return state == null ? null : state.outcome("connections");
    }

    private static Target frequent(Target target, String check) {
        return new Target(
                target.name(),
                target.server(),
                target.database(),
                target.region(),
                target.role(),
                target.tags(),
                target.thresholds(),
                Map.of(check, new CheckSetting(true, Duration.ofMillis(500))),
                null);
    }

    private static Server plain(int port) {
        return new Server("127.0.0.1", port, "postgres", new Secret("secret"), new Tls(Tls.Mode.DISABLE));
    }

    private static Server at(int port) {
        return new Server("127.0.0.1", port, "postgres", new Secret("secret"), Tls.PREFER);
    }
}
