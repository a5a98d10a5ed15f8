package dev.pgvigil.state.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.state.Fleet;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("service")
@QuarkusTest
class CoalescingCacheTest {

    @Inject
    Fleet fleet;

    @Inject
    RenderExecutor executor;

    /** In Quarkus, timers are those of Vert.x, which take at least one millisecond. */
    @Test
    void acceptsPauseBelowOneMillisecond() {
        CoalescingCache<Integer> cache =
                new CoalescingCache<>(fleet, executor, Duration.ZERO, Duration.ofNanos(900_000));
        for (int i = 0; i < 100; i++) {
            int number = i;
            assertThat(cache.of("same", () -> number).await().atMost(Duration.ofSeconds(10)))
                    .isBetween(0, i);
        }
    }
}
