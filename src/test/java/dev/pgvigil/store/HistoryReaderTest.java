package dev.pgvigil.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.PgServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading from a level that is not made to its end. */
class HistoryReaderTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final int SECONDS = 15;

    @AfterAll
    static void closeVertx() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** Whatever the level: each row counts once, up to the newest. */
    @ParameterizedTest
    @EnumSource(Level.class)
    void countsEachRowOnceUpToTheNewestAtAnyLevel(Level level) throws Exception {
        int major = level == Level.HOUR
                ? PgServer.majors().getFirst()
                : PgServer.majors().getLast();
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("store");
        StoreSettings settings = StoreWriterTest.settings(server, database, true, 10_000);
        OwnTables tables = new OwnTables();
        tables.queues().forEach(RowQueue::open);
        Instant begin = Instant.now().truncatedTo(ChronoUnit.HOURS);
        Instant end = begin.plus(Duration.ofMinutes(3 * 60 + 17));
        StoreWriter writer = new StoreWriter(
                VERTX, settings, List.of(tables), OwnTables.retention(settings), () -> end, Duration.ofSeconds(5));
        try {
            int rows = 0;
            for (Instant at = begin; at.isBefore(end); at = at.plusSeconds(SECONDS)) {
                tables.samples.add(row("shop", at, ++rows));
                tables.samples.add(row("other", at, -1));
            }
            writer.work();
            writer.maintain();
            assertThat(writer.state().problem()).isNull();
            // Newest rows, of which no level was made.
            tables.samples.add(row("shop", end, ++rows));
            writer.work();

            HistoryRequest request =
                    new HistoryRequest(begin, end.plusSeconds(60), Duration.ofHours(1), List.of(Series.RESPONSE_TIME));
            HistoryRange range = new HistoryReader(writer.sessions(), settings)
                    .read("shop", level, request)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            List<HistoryRange.Point> points = range.lines().getFirst().points();
            assertThat(points)
                    .extracting(HistoryRange.Point::at)
                    .containsExactly(begin, hours(begin, 1), hours(begin, 2), hours(begin, 3));
            assertThat(points.stream().mapToInt(point -> point.value().count()).sum())
                    .isEqualTo(rows);
            assertThat(points.stream().mapToDouble(point -> point.value().sum()).sum())
                    .isEqualTo(rows * (rows + 1) / 2.0);
            assertThat(points.getFirst().value().min()).isEqualTo(1);
            assertThat(points.getLast().value().max()).isEqualTo(rows);
        } finally {
            writer.close();
        }
    }

    private static Instant hours(Instant begin, int hours) {
        return begin.plus(Duration.ofHours(hours));
    }

    private static Sample row(String target, Instant at, double value) {
        return new Sample(target, at, List.of(Aggregate.of(1), Aggregate.of(value), Aggregate.NONE, Aggregate.NONE));
    }
}
