package dev.pgvigil.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.Monitoring;
import dev.pgvigil.testing.PgServer;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A real server that is killed and comes back; only the time that its finding must stay away passes faster. */
class KilledServerAlertTest {

    private final Alerts alerts = new Alerts((target, finding) -> AlertRule.of(finding.severity()));
    private final List<Alerts.Due> due = new ArrayList<>();

    private synchronized void add(List<Alerts.Due> more) {
        due.addAll(more);
    }

    private synchronized List<AlertState.Notice> notices() {
        return due.stream().map(Alerts.Due::notice).toList();
    }

    private synchronized boolean clearing() {
        return !alerts.open().isEmpty()
                && alerts.open().stream().allMatch(alert -> alert.state() instanceof AlertState.Clearing);
    }

    private synchronized void tick(Instant now) {
        due.addAll(alerts.tick(now));
    }

    @Test
    void killedServerIsOneAlertAndRecoveredServerResolvesIt() {
        try (PgServer server = PgServer.start(PgServer.majors().getLast());
                Monitoring monitoring = Monitoring.over(server.target("shop", "postgres"))) {
            Cancellable reading = monitoring
                    .fleet()
                    .events()
                    .subscribe(
                            Runnable::run,
                            false,
                            event -> {
                                synchronized (this) {
                                    add(alerts.apply(event, event.at()));
                                }
                            },
                            () -> {});
            monitoring.awaitStatus("shop", Status.HEALTHY);
            assertThat(notices()).isEmpty();

            server.kill();
            monitoring.awaitStatus("shop", Status.UNHEALTHY);
            await().atMost(Duration.ofSeconds(10)).until(() -> !notices().isEmpty());
            server.restart();
            monitoring.awaitStatus("shop", Status.HEALTHY);
            await().atMost(Duration.ofSeconds(10)).until(this::clearing);
            assertThat(notices()).containsExactly(AlertState.Notice.FIRED);

            tick(Instant.now().plusSeconds(300));
            reading.cancel();

            assertThat(notices()).containsExactly(AlertState.Notice.FIRED, AlertState.Notice.RESOLVED);
            assertThat(alerts.resolved()).singleElement().satisfies(alert -> {
                assertThat(alert.target()).isEqualTo("shop");
                assertThat(alert.resolved()).isTrue();
                assertThat(alert.id()).startsWith(alert.fingerprint());
            });
        }
    }
}
