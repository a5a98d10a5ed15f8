package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a big answer does to the event loop. */
class CheckSessionTest {

    private static final int ROWS = 3_000;
    private static final Duration WORK = Duration.ofNanos(100_000);

    @Test
    void turnsToItsSocketsWhileItMapsManyRows() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        try (Collecting session = Collecting.of(server, "postgres")) {
            double hold = session.longestHold(() -> {
                List<Long> rows = session.ask(
                        asked -> asked.rows("select * from generate_series(1, " + ROWS + ")", row -> work()));
                assertThat(rows).hasSize(ROWS);
            });

            double all = ROWS * (WORK.toNanos() / 1e6);
            assertThat(hold).as("ms of %s that the loop is held", all).isLessThan(all / 4);
        }
    }

    private static long work() {
        long began = System.nanoTime();
        while (System.nanoTime() - began < WORK.toNanos()) {
            Thread.onSpinWait();
        }
        return began;
    }
}
