package dev.pgvigil.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.testing.PgServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The server of the store is killed at random moments while rows are written. {@code -Dpgvigil.store.kills=30} for longer. */
class StoreKillTest {

    private static final int KILLS = Integer.getInteger("pgvigil.store.kills", 3);
    private static final int LIMIT = 3_000;

    @Test
    void losesNoRowThatFoundAPlaceAndWritesNoneTwice() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Vertx vertx = Vertx.vertx();
        // The pauses between attempts pass twenty times as fast.
        Instant begin = Instant.now();
        InstantSource clock =
                () -> begin.plus(Duration.between(begin, Instant.now()).multipliedBy(20));
        ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
        try (PgServer server = PgServer.start(PgServer.majors().getLast())) {
            String database = server.newDatabase("store");
            StoreSettings settings = StoreWriterTest.settings(server, database, true, LIMIT);
            OwnTables tables = new OwnTables();
            tables.queues().forEach(RowQueue::open);
            tables.limit(settings);
            StoreWriter writer = new StoreWriter(
                    vertx, settings, List.of(tables), OwnTables.retention(settings), clock, Duration.ofMillis(1_500));
            AtomicLong added = new AtomicLong();
            AtomicLong largest = new AtomicLong();
            Instant day = begin.truncatedTo(ChronoUnit.DAYS);
            var _ = threads.scheduleWithFixedDelay(writer::work, 0, 20, TimeUnit.MILLISECONDS);
            var feed = threads.scheduleWithFixedDelay(
                    () -> {
                        for (int i = 0; i < 20; i++) {
                            long row = added.getAndIncrement();
                            tables.samples.add(row(day.plusSeconds(15 * (row % 5_000)), "t" + row / 5_000));
                            tables.audit.add(change(day, row));
                        }
                        largest.accumulateAndGet(tables.samples.size(), Math::max);
                    },
                    0,
                    20,
                    TimeUnit.MILLISECONDS);
            for (int i = 0; i < KILLS; i++) {
                long before = tables.samples.state().written();
                await().atMost(30, SECONDS).until(() -> tables.samples.state().written() > before);
                Thread.sleep(random.nextInt(300));
                server.kill();
                // Every other outage is longer than the queue lasts.
                long lost = tables.samples.state().lost();
                if (i % 2 == 1) {
                    await().atMost(30, SECONDS)
                            .until(() -> tables.samples.state().lost() > lost);
                }
                server.restart();
            }
            feed.cancel(false);
            await().atMost(30, SECONDS).until(() -> writer.state().buffered() == 0);
            threads.shutdown();
            assertThat(threads.awaitTermination(30, SECONDS)).isTrue();

            assertThat(largest.get()).as("seed %d", seed).isBetween(1L, (long) LIMIT);
            assertRows(server, database, "history_raw", "concat(target, at)", added.get(), tables.samples.state());
            assertRows(server, database, "health_monitoring_audit", "metrics", added.get(), tables.audit.state());
            writer.close();
        } finally {
            threads.shutdownNow();
            vertx.close().toCompletionStage().toCompletableFuture().get(10, SECONDS);
        }
    }

    /** What was not counted as lost is there, and nothing twice. A lost row may be there: only its confirmation was lost. */
    private static void assertRows(
            PgServer server, String database, String table, String key, long added, RowQueue.State state) {
        String found = String.valueOf(server.valueIn(
                database, "SELECT concat_ws(' ', count(*), count(DISTINCT " + key + ")) FROM pgvigil." + table));
        long count = Long.parseLong(found.substring(0, found.indexOf(' ')));
        assertThat(found).as(table).isEqualTo(count + " " + count);
        assertThat(count)
                .as("%s: %d added, %d lost", table, added, state.lost())
                .isBetween(added - state.lost(), added);
        assertThat(state.rejected()).isZero();
    }

    private static Sample row(Instant at, String target) {
        return new Sample(target, at, List.of(Aggregate.of(1), Aggregate.of(2), Aggregate.UNKNOWN, Aggregate.NONE));
    }

    private static AuditRow change(Instant at, long row) {
        return new AuditRow(UUID.randomUUID(), at, "t", "up", "{\"row\": " + row + "}", "[]", "status");
    }
}
