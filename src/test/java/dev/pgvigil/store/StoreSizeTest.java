package dev.pgvigil.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.PgServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a day of history takes. {@code -Dpgvigil.store.targets=100} for the figures of the documentation, which it prints. */
class StoreSizeTest {

    private static final int TARGETS = Integer.getInteger("pgvigil.store.targets", 2);
    private static final int SECONDS_A_DAY = 86_400;
    private static final int STEP = 15;

    @Test
    void keepsADayOfATargetInLessThanAMegabyteAndAHalf() throws Exception {
        Vertx vertx = Vertx.vertx();
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        String database = server.newDatabase("store");
        StoreSettings settings = StoreWriterTest.settings(server, database, true, 200_000);
        OwnTables tables = new OwnTables();
        tables.queues().forEach(RowQueue::open);
        Instant begin = Instant.now().truncatedTo(ChronoUnit.DAYS);
        AtomicReference<Instant> now = new AtomicReference<>(begin);
        StoreWriter writer = new StoreWriter(
                vertx, settings, List.of(tables), OwnTables.retention(settings), now::get, Duration.ofSeconds(60));
        try {
            Random random = new Random(1);
            long written = 0;
            for (int second = 0; second < SECONDS_A_DAY; second += STEP) {
                now.set(begin.plusSeconds(second));
                for (int target = 0; target < TARGETS; target++) {
                    tables.samples.add(sample("database-" + target, now.get(), second, random));
                }
                if (second % 900 == 0) {
                    long start = System.nanoTime();
                    writer.work();
                    written += System.nanoTime() - start;
                }
            }
            now.set(begin.plusSeconds(SECONDS_A_DAY + 60));
            long start = System.nanoTime();
            writer.work();
            written += System.nanoTime() - start;
            start = System.nanoTime();
            for (int pass = 0; pass < 5; pass++) {
                writer.maintain();
            }
            long made = System.nanoTime() - start;
            assertThat(writer.state().problem()).isNull();
            assertThat(tables.samples.state().written()).isEqualTo((long) TARGETS * SECONDS_A_DAY / STEP);
            server.sqlIn(database, "VACUUM ANALYZE");
            long raw = report(server, database, written, made);
            assertThat(raw / TARGETS).isLessThan(1_500_000);
        } finally {
            writer.close();
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    /** Ten heartbeats and three observations of the connections; the size of the database once in ten minutes. */
    private static Sample sample(String target, Instant at, int second, Random random) {
        Aggregate up = Aggregate.NONE;
        Aggregate time = Aggregate.NONE;
        for (int i = 0; i < 10; i++) {
            up = up.plus(Aggregate.of(1));
            time = time.plus(Aggregate.of(0.2 + random.nextDouble()));
        }
        Aggregate connections = Aggregate.NONE;
        for (int i = 0; i < 3; i++) {
            connections = connections.plus(Aggregate.of(random.nextInt(100)));
        }
        Aggregate size = second % 600 == 0 ? Aggregate.of(1e9 + second * 1e3) : Aggregate.NONE;
        return new Sample(target, at, List.of(up, time, connections, size));
    }

    private static long report(PgServer server, String database, long written, long made) {
        System.out.printf(
                "store, %d targets, a day: written in %.1f s, made into levels in %.1f s%n",
                TARGETS, written / 1e9, made / 1e9);
        long[] bytes = Arrays.stream(Level.values())
                .mapToLong(level -> {
                    String of = "SELECT sum(bytes) FROM pgvigil.partitions() WHERE parent = '" + level.table + "'";
                    long size = Long.parseLong(String.valueOf(server.valueIn(database, of)));
                    String rows = server.valueIn(database, "SELECT count(*) FROM pgvigil." + level.table);
                    System.out.printf(
                            "  %-12s %s rows, %d bytes, %d a target%n", level.table, rows, size, size / TARGETS);
                    return size;
                })
                .toArray();
        return bytes[0];
    }
}
