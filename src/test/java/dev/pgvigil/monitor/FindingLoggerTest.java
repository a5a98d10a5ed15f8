package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.testing.CapturedLog;
import io.quarkus.runtime.StartupEvent;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FindingLoggerTest {

    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

    private final Fleet fleet = new Fleet();
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE);
    private final FindingLogger journal = new FindingLogger(fleet, Runnable::run, clock::get);
    private final CapturedLog logged = new CapturedLog(FindingLogger.class.getName());

    @BeforeEach
    void start() {
        journal.start(new StartupEvent());
    }

    @AfterEach
    void stop() {
        journal.stop();
        logged.close();
    }

    @Test
    void logsOneLineForFailureAndOneForRecovery() {
        changes("shop", Status.UNKNOWN, Status.HEALTHY, Status.UNHEALTHY, Status.DEGRADED, Status.HEALTHY);

        assertThat(logged.lines())
                .map(String::strip)
                .containsExactly(
                        "shop: unhealthy, was healthy", "shop: degraded, was unhealthy", "shop: healthy, was degraded");
    }

    @Test
    void logsOnlySevereFindingsWithoutTextFromDatabase() {
        for (Severity severity : Severity.values()) {
            SampleFleet.tell(fleet, new FleetEvent.Opened(NOW, "shop", finding(severity)));
        }
        SampleFleet.tell(fleet, new FleetEvent.Updated(NOW, "shop", finding(Severity.CRITICAL)));

        assertThat(logged.lines())
                .map(String::strip)
                .containsExactly(
                        "shop: blocking/queue (high): a queue of waiters",
                        "shop: blocking/queue (critical): a queue of waiters");
    }

    @Test
    void replacesControlCharactersInNames() {
        changes("db2:a\r\nERROR \u202eforged\u2028%s", Status.HEALTHY, Status.UNHEALTHY);

        assertThat(logged.lines())
                .map(String::strip)
                .containsExactly("db2:a\uFFFD\uFFFDERROR \uFFFDforged\uFFFD%s: unhealthy, was healthy");
    }

    @Test
    void boundsLinesPerMinuteAndLogsTheNumberSuppressed() {
        for (int i = 0; i < 1_500; i++) {
            changes("t" + i, Status.HEALTHY, Status.UNHEALTHY);
        }
        assertThat(logged.lines()).hasSize(FindingLogger.LINES + 1);
        assertThat(logged.lines().getLast()).contains("more than 100 changes within a minute");

        clock.addAndGet(TimeUnit.MINUTES.toNanos(1));
        changes("t0", Status.UNHEALTHY, Status.HEALTHY);
        assertThat(logged.lines()).hasSize(FindingLogger.LINES + 3);
        assertThat(logged.lines().get(FindingLogger.LINES + 1)).contains("1400 more changes were not logged");
        assertThat(logged.lines().getLast()).contains("t0: healthy, was unhealthy");
    }

    @Test
    void forgetsRemovedTarget() {
        changes("shop", Status.HEALTHY, Status.UNHEALTHY);
        SampleFleet.tell(fleet, new FleetEvent.Removed(NOW, "shop"), new FleetEvent.Added(NOW, "shop"));
        changes("shop", Status.UNKNOWN, Status.HEALTHY);

        assertThat(logged.lines()).hasSize(1);
    }

    private void changes(String target, Status... statuses) {
        for (int i = 1; i < statuses.length; i++) {
            SampleFleet.tell(fleet, new FleetEvent.StatusChanged(NOW, target, statuses[i - 1], statuses[i]));
        }
    }

    private static Finding finding(Severity severity) {
        return Finding.of(
                "blocking", "queue", Status.HEALTHY, severity, "a queue of waiters", "role secret_role waits");
    }
}
