package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.StubCheck;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.IgnoredFinding;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.IgnoreRule;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IgnoredFindingsTest {

    private static final Instant NOW = Instant.parse("2027-03-31T12:00:00Z");
    private static final Instant UNTIL = NOW.plusSeconds(60);

    static List<Integer> majors() {
        return PgServer.majors();
    }

    @ParameterizedTest
    @MethodSource("majors")
    void ignoredFindingDoesNotDegradeTargetUntilRuleExpires(int major) {
        PgServer server = PgServer.shared(major);
        List<Check<?>> checks = List.of(
                new Heartbeat(), new StubCheck("gloom", Duration.ofMillis(50), List.of(gloom(Status.DEGRADED))));
        try (Monitoring monitoring =
                Monitoring.with(checks, target(server, Instant.now().plusSeconds(600)))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            await().untilAsserted(() -> assertThat(monitoring.state("shop").ignored())
                    .extracting(one -> one.finding().key(), IgnoredFinding::reason)
                    .containsExactly(tuple("gloom/bad", "known")));
            assertThat(monitoring.state("shop").findings()).isEmpty();
            assertThat(monitoring.changes()).noneMatch(FleetEvent.Opened.class::isInstance);

            monitoring.follow(target(server, Instant.now().plusSeconds(2)));

            monitoring.awaitStatus("shop", Status.DEGRADED);
            assertThat(monitoring.state("shop").ignored()).isEmpty();
            assertThat(monitoring.state("shop").findings())
                    .extracting(Finding::key)
                    .containsExactly("gloom/bad");
            assertThat(monitoring.changes()).anyMatch(FleetEvent.Opened.class::isInstance);

            monitoring.follow(target(server, Instant.now().plusSeconds(600)));

            monitoring.awaitStatus("shop", Status.HEALTHY);
            assertThat(monitoring.changes()).anyMatch(FleetEvent.Closed.class::isInstance);
        }
    }

    @Test
    void findingThatMakesTargetUnhealthyOrUnknownCountsNevertheless() {
        TargetMonitor monitor = new TargetMonitor(target(PgServer.shared(majors().getLast()), UNTIL), NOW);
        monitor.answered();

        assertThat(told(monitor.record(found(Status.DEGRADED, NOW)))).containsExactly("StatusChanged");
        assertThat(monitor.state().status()).isEqualTo(Status.HEALTHY);

        assertThat(told(monitor.record(found(Status.UNHEALTHY, NOW.plusSeconds(1)))))
                .containsExactly("Opened", "StatusChanged");
        assertThat(monitor.state().status()).isEqualTo(Status.UNHEALTHY);
        assertThat(monitor.state().ignored()).isEmpty();

        assertThat(told(monitor.record(found(Status.HEALTHY, NOW.plusSeconds(2)))))
                .containsExactly("Closed", "StatusChanged");
        assertThat(monitor.state().ignored()).hasSize(1);
    }

    @Test
    void findingThatEndsWhileIgnoredIsNotTold() {
        TargetMonitor monitor = new TargetMonitor(target(PgServer.shared(majors().getLast()), UNTIL), NOW);
        monitor.answered();
        monitor.record(found(Status.DEGRADED, NOW));

        assertThat(monitor.record(new Evaluator.Result("gloom", Debounce.AT_ONCE, List.of(), NOW.plusSeconds(1))))
                .isEmpty();

        assertThat(monitor.state().ignored()).isEmpty();
    }

    @Test
    void findingIsOpenedAtTheInstantTheRuleEnds() {
        TargetMonitor monitor = new TargetMonitor(target(PgServer.shared(majors().getLast()), UNTIL), NOW);
        monitor.answered();
        monitor.record(found(Status.DEGRADED, NOW));

        assertThat(monitor.record(new Evaluator.Result("other", Debounce.AT_ONCE, List.of(), UNTIL.minusNanos(1))))
                .isEmpty();
        assertThat(told(monitor.record(new Evaluator.Result("other", Debounce.AT_ONCE, List.of(), UNTIL))))
                .containsExactly("Opened", "StatusChanged");
        assertThat(monitor.state().status()).isEqualTo(Status.DEGRADED);
    }

    @Test
    void changedConfigurationIgnoresAndShowsOpenFinding() {
        PgServer server = PgServer.shared(majors().getLast());
        TargetMonitor monitor = new TargetMonitor(target(server, NOW), NOW);
        monitor.answered();
        monitor.record(found(Status.DEGRADED, NOW));
        assertThat(monitor.state().findings()).hasSize(1);

        assertThat(told(monitor.configured(target(server, UNTIL), Set.of("gloom"), NOW)))
                .containsExactly("Closed", "StatusChanged");
        assertThat(told(monitor.configured(target(server, NOW), Set.of("gloom"), NOW)))
                .containsExactly("Opened", "StatusChanged");
        assertThat(told(monitor.configured(target(server, UNTIL), Set.of(), NOW)))
                .containsExactly("Closed", "StatusChanged");
    }

    private static Evaluator.Result found(Status status, Instant at) {
        return new Evaluator.Result("gloom", Debounce.AT_ONCE, List.of(gloom(status)), at);
    }

    private static Finding gloom(Status status) {
        return Finding.of("gloom", "bad", status, Severity.LOW, "bad", "all is bad");
    }

    private static List<String> told(List<FleetEvent> changes) {
        return changes.stream().map(change -> change.getClass().getSimpleName()).toList();
    }

    private static Target target(PgServer server, Instant until) {
        return new Target(
                "shop",
                server.server(),
                "postgres",
                "",
                ExpectedRole.ANY,
                Map.of(),
                Thresholds.DEFAULTS,
                Map.of(),
                null,
                List.of(new IgnoreRule(new Glob("gloom/*"), new Glob("shop"), "known", until)));
    }
}
