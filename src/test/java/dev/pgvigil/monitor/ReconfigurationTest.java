package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.StubCheck;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReconfigurationTest {

    private static final int NEWEST = PgServer.majors().getLast();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void passwordRotationReplacesOnlyTheSession() {
        try (PgServer server = PgServer.start(NEWEST);
                Monitoring monitoring = Monitoring.over(shop(server, "first"))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            TargetState before = monitoring.state("shop");
            monitoring.changes().clear();
            for (int i = 0; i < 8; i++) {
                Target rotated = shop(server, "secret" + i);
                monitoring.follow(rotated);
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
                    assertThat(monitoring.status("shop")).isEqualTo(Status.HEALTHY);
                    return monitoring.state("shop").target().equals(rotated);
                });
                assertThat(monitoring.fleet().snapshot().servers()).containsOnlyKeys(rotated.server());
                long sessions = i + 2L;
                monitoring.awaitLink(rotated.server(), link -> link.connects() == sessions);
                // A statement of the previous session may still be in flight; each session stays open for up to a
                // second.
                monitoring.awaitLink(rotated.server(), link -> link.open() < 4);
            }
            assertThat(monitoring.changes()).allMatch(FleetEvent.Beat.class::isInstance);
            assertThat(monitoring.state("shop").since()).isEqualTo(before.since());
        }
    }

    @Test
    void removesMovedTargetBeforeAddingItAgain() {
        try (PgServer one = PgServer.start(NEWEST);
                PgServer other = PgServer.start(NEWEST);
                Monitoring monitoring = Monitoring.over(shop(one, "x"), at("stays", one, "x"))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            for (int i = 0; i < 50; i++) {
                PgServer next = i % 2 == 0 ? other : one;
                monitoring.changes().clear();
                monitoring.follow(shop(next, "x"), at("stays", one, "x"));
                await().atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> told(monitoring).contains("Added"));
                assertThat(told(monitoring)).containsExactly("Removed", "Added");
                assertThat(monitoring.state("shop").target().server())
                        .isEqualTo(shop(next, "x").server());
            }
            monitoring.awaitStatus("shop", Status.HEALTHY);
            assertThat(monitoring.status("stays")).isEqualTo(Status.HEALTHY);
        }
    }

    @Test
    void renamesOnlyTargetOfServer() {
        try (PgServer one = PgServer.start(NEWEST);
                PgServer other = PgServer.start(NEWEST);
                Monitoring monitoring = Monitoring.over(at("shop", one, "x"), at("bank", other, "x"))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            monitoring.follow(at("store", one, "x"), at("bank", other, "x"));
            monitoring.awaitStatus("store", Status.HEALTHY);
            assertThat(monitoring.fleet().snapshot().targets()).doesNotContainKey("shop");
            monitoring.follow(at("store", other, "x"), at("bank", one, "x"));
            monitoring.awaitStatus("store", Status.HEALTHY);
            monitoring.awaitStatus("bank", Status.HEALTHY);
            assertThat(monitoring.state("store").target().server().port())
                    .isEqualTo(other.server().port());
        }
    }

    @Test
    void resetsStateWhenNameRefersToAnotherDatabase() {
        PgServer server = PgServer.shared(NEWEST);
        Target before = server.target("shop", server.newDatabase("before"));
        Target after = server.target("shop", server.newDatabase("after"));
        try (Monitoring monitoring = Monitoring.over(before)) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            Instant since = monitoring.state("shop").since();
            monitoring.changes().clear();
            monitoring.follow(after);
            await().atMost(PATIENCE).until(() -> told(monitoring).contains("Added"));
            assertThat(told(monitoring)).containsExactly("Removed", "Added");
            monitoring.awaitStatus("shop", Status.HEALTHY);
            assertThat(monitoring.state("shop").target()).isEqualTo(after);
            assertThat(monitoring.state("shop").since()).isAfter(since);
        }
    }

    @Test
    void removesFindingsAndOutcomesOfDisabledCheck() {
        PgServer server = PgServer.shared(NEWEST);
        Finding bad = Finding.of("gloom", "bad", Status.DEGRADED, Severity.LOW, "bad", "all is bad");
        List<Check<?>> checks = List.of(new Heartbeat(), new StubCheck("gloom", Duration.ofMillis(50), List.of(bad)));
        try (Monitoring monitoring =
                Monitoring.with(checks, gloomy("shop", server, true), gloomy("other", server, true))) {
            monitoring.awaitStatus("shop", Status.DEGRADED);
            Instant since = monitoring.state("shop").since();
            monitoring.changes().clear();

            monitoring.follow(gloomy("shop", server, false), gloomy("other", server, true));

            monitoring.awaitStatus("shop", Status.HEALTHY);
            assertThat(monitoring.changes())
                    .anyMatch(change -> change instanceof FleetEvent.Closed closed
                            && closed.target().equals("shop"))
                    .anyMatch(change -> change instanceof FleetEvent.StatusChanged to && to.to() == Status.HEALTHY);
            assertThat(monitoring.state("shop").since()).isAfter(since);
            assertThat(gloom(monitoring, "shop")).isNull();
            assertThat(gloom(monitoring, "other")).isNotNull();

            monitoring.follow(gloomy("shop", server, false), gloomy("other", server, false));

            monitoring.awaitStatus("other", Status.HEALTHY);
            await().during(Duration.ofMillis(500))
                    .atMost(PATIENCE)
                    .until(() -> monitoring.fleet().snapshot().servers().values().stream()
                            .allMatch(state -> state.outcome("gloom") == null));
        }
    }

    private static Target gloomy(String name, PgServer server, boolean on) {
        return new Target(
                name,
                server.server(),
                "postgres",
                "",
                ExpectedRole.ANY,
                Map.of(),
                Thresholds.DEFAULTS,
                Map.of("gloom", new CheckSetting(on, null)),
                null);
    }

    private static @Nullable Outcome<?> gloom(Monitoring monitoring, String target) {
        TargetState state = monitoring.state(target);
        return monitoring.fleet().snapshot().serverOf(state).outcome(state, "gloom");
    }

    /** Otherwise its owner could neither rename nor drop it. */
    @Test
    void leavesDatabaseThatIsNoLongerMonitored() {
        PgServer server = PgServer.shared(NEWEST);
        String database = server.newDatabase("left");
        Target left = server.target("left", database);
        Target stays = server.target("stays", server.newDatabase("stays"));
        try (Monitoring monitoring = Monitoring.over(left, stays)) {
            monitoring.awaitStatus("left", Status.HEALTHY);
            assertThat(sessions(server, database)).isEqualTo("1");
            monitoring.follow(stays);
            await().atMost(PATIENCE).until(() -> "0".equals(sessions(server, database)));
            assertThat(monitoring.status("stays")).isEqualTo(Status.HEALTHY);
            assertThat(monitoring.changes())
                    .noneMatch(change -> change instanceof FleetEvent.StatusChanged to && to.to() == Status.UNHEALTHY);
        }
    }

    private static String sessions(PgServer server, String database) {
        return String.valueOf(server.value("select count(*) from pg_stat_activity where application_name = 'pgvigil'"
                + " and datname = '" + database + "'"));
    }

    private static List<String> told(Monitoring monitoring) {
        return monitoring.changes().stream()
                .filter(change -> change.target().equals("shop")
                        && (change instanceof FleetEvent.Added || change instanceof FleetEvent.Removed))
                .map(change -> change.getClass().getSimpleName())
                .toList();
    }

    /** pgvigil's role is trusted, whatever its password. */
    private static Target shop(PgServer server, String password) {
        return at("shop", server, password);
    }

    private static Target at(String name, PgServer server, String password) {
        Server plain = server.server();
        return Target.of(
                name,
                new Server(plain.host(), plain.port(), plain.user(), new Secret(password), Tls.PREFER),
                "postgres");
    }
}
