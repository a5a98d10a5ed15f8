package dev.pgvigil.watch.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.watch.Fleet;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@QuarkusTest
class EditionsTest {

    @Inject
    Fleet fleet;

    @Inject
    Workshop workshop;

    /** With Quarkus around, timers are those of Vert.x, which has none for less than a millisecond. */
    @Test
    void aPauseMayBeAsShortAsItLikes() {
        Editions<Integer> editions = new Editions<>(fleet, workshop, Duration.ZERO, Duration.ofNanos(900_000));
        try {
            for (int i = 0; i < 100; i++) {
                int number = i;
                assertThat(editions.of("same", () -> number).await().atMost(Duration.ofSeconds(10)))
                        .isBetween(0, i);
            }
        } finally {
            editions.close();
        }
    }
}
