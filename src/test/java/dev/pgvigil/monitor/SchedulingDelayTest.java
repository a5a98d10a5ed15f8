package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.testing.PgServer;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SchedulingDelayTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SchedulingDelay punctuality = new SchedulingDelay(meters);

    @Test
    void recordsDelayInBucketOfItsBound() {
        punctuality.began(Duration.ofMillis(3));
        punctuality.began(Duration.ofMillis(150));

        assertThat(Arrays.stream(timer().takeSnapshot().histogramCounts()))
                .filteredOn(bucket -> List.of(2d, 5d, 100d, 200d).contains(bucket.bucket(TimeUnit.MILLISECONDS)))
                .extracting(CountAtBucket::count)
                .containsExactly(0d, 1d, 1d, 2d);
    }

    @Test
    void recordsDelayOfEachHeartbeat() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        try (Monitoring monitoring =
                Monitoring.with(List.of(new Heartbeat()), punctuality, server.target("on-time", "postgres"))) {
            await().atMost(Duration.ofSeconds(30)).until(() -> timer().count() >= 3);

            monitoring.awaitStatus("on-time", Status.HEALTHY);
            assertThat(timer().max(TimeUnit.SECONDS)).isLessThan(30);
        }
    }

    private Timer timer() {
        return meters.get("pgvigil.heartbeat.lateness").timer();
    }
}
