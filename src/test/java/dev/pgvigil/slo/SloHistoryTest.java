package dev.pgvigil.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.history.StoredServers;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Hours of objectives in a real store. */
@Tag("service")
@QuarkusTest
@TestProfile(StoredServers.Profile.class)
class SloHistoryTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Slo SLO = SampleSlos.availability(0.999, BudgetWindow.D7);

    @Inject
    SloTables tables;

    @Inject
    SloHistory history;

    @Test
    void keepsEachHourOnceAndReadsItBack() {
        long end = Instant.now().getEpochSecond() / SloHour.SECONDS * SloHour.SECONDS;
        List<SloHour> hours = List.of(
                new SloHour(
                        Instant.ofEpochSecond(end - 3 * 3600), "availability", "elsewhere", new Counts(3600, 0, 0, 0)),
                new SloHour(
                        Instant.ofEpochSecond(end - 2 * 3600), "availability", "elsewhere", new Counts(3000, 36, 0, 0)),
                new SloHour(
                        Instant.ofEpochSecond(end - 3600),
                        "availability",
                        "elsewhere",
                        new Counts(1700, 0, 1800, 100)));

        await().atMost(LIMIT).untilAsserted(() -> {
            // Repeated, as after a start.
            hours.forEach(tables.hours::add);
            SloHistory.Past past =
                    history.of(SLO, "elsewhere", end + 60).await().atMost(LIMIT);
            assertThat(past.stored()).isTrue();
            assertThat(past.parts())
                    .extracting(Objective.Part::counts)
                    .isEqualTo(hours.stream().map(SloHour::counts).toList());
        });

        List<BurnChart> charts = BurnChart.of(
                SLO, "elsewhere", history.of(SLO, "elsewhere", end + 60).await().atMost(LIMIT), end + 60);
        assertThat(charts).extracting(BurnChart::id).containsExactly("burn", "budget");
        assertThat(charts.getFirst().summary()).startsWith("at most 10 times the rate that lasts 7d, by the hour");
        // 36 of the 604.8 seconds, and a little more because the maintenance is taken off the window
        assertThat(charts.getLast().now()).startsWith("94");
    }
}
