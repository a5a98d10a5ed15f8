package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.capacity.Connections;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.check.server.Overhead;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A budget that is exceeded at the configured intervals, then one that is not. */
class OverheadBudgetTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void lengthensIntervalsAndReportsFindingWhenOverBudget() {
        try (PgServer server = PgServer.start(PgServer.majors().getLast());
                Monitoring monitoring = Monitoring.with(
                        List.of(new Heartbeat(), new Connections(), new Overhead()), shop(server, 0.000001))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            long before = gap(monitoring);

            await().atMost(PATIENCE)
                    .until(() -> monitoring.link(server.server()).stretch() >= 4);
            Finding found = monitoring.awaitFinding("shop", "overhead/stretch");
            assertThat(found.observed()).contains("Intervals are stretched by the factor");
            assertThat(monitoring.finding("shop", "overhead/budget")).isNotNull();
            await().atMost(PATIENCE).until(() -> gap(monitoring) >= 3 * before);

            monitoring.follow(shop(server, 0.5));
            await().atMost(PATIENCE)
                    .until(() -> monitoring.link(server.server()).stretch() == 1);
            await().atMost(PATIENCE).until(() -> monitoring.finding("shop", "overhead/stretch") == null);
            assertThat(monitoring.finding("shop", "overhead/budget")).isNull();
        }
    }

    private static Target shop(PgServer server, double budget) {
        return new Target(
                "shop",
                server.server(),
                "postgres",
                "",
                ExpectedRole.ANY,
                Map.of(),
                new Thresholds(Map.of("overhead.budget", budget)),
                Map.of("overhead", new CheckSetting(true, Duration.ofSeconds(1))),
                null);
    }

    /** Milliseconds between the latest two heartbeats. */
    private static long gap(Monitoring monitoring) {
        List<Instant> beats = monitoring.changes().stream()
                .filter(FleetEvent.Beat.class::isInstance)
                .map(FleetEvent::at)
                .toList();
        return beats.size() < 2
                ? 0
                : Duration.between(beats.get(beats.size() - 2), beats.getLast()).toMillis();
    }
}
